#include "manifest.hpp"

#include <tenantry/base/hash.hpp>
#include <tenantry/base/json_text.hpp>

namespace tenantry::local_emit {

LocalFile manifest(const blueprint::Blueprint& blueprint, std::span<const LocalFile> files, const Pool& pool) {
    std::vector<Digest> digests(files.size());
    pool.each(files.size(), [&](std::size_t at) { digests[at] = blake2b(files[at].text); });

    JsonText json;
    json.object().member("version", localFilesVersion).member("platform", blueprint.commons.platform.str());
    json.key("environments").array();
    for (const blueprint::Environment& environment : blueprint.environments) {
        json.object(Layout::line).member("name", environment.name());
        json.member("shape", blueprint.shapeNames[environment.shape.at]).end();
    }
    json.end().key("files").array();
    for (std::size_t at = 0; at < files.size(); ++at)
        json.object(Layout::line).member("path", files[at].path).member("blake2b256", digests[at].hex()).end();
    json.end().end();
    return {"manifest.json", std::move(json).take()};
}

}  // namespace tenantry::local_emit
