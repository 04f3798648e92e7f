#pragma once

// FerretDB, the program of the store engine `mongodb`: no package has it, third_party/ferretdb/build makes it.

#include <filesystem>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/image_store.hpp>

namespace tenantry::host {

/// Where it is: beside the program that runs, or where `third_party/ferretdb/build` keeps for this user what it built
/// of the very version that this program was made with. An error says where it was looked for.
Result<std::filesystem::path> find_ferretdb();

/// Keeps it as an image with the one file `ferretdb`, and gives the image's digest. May be called from several threads.
Result<std::string> store_ferretdb(const ImageStore& images);

}  // namespace tenantry::host
