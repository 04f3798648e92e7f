#pragma once

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::blueprint {

/// The blueprint of a platform given as text, its environments in blocks as a first lock gives them. Ends the test
/// program where the platform is not good.
inline Blueprint blueprint_of(std::string_view platform, unsigned threads = 1) {
    const support::PlatformText text(platform);
    Diagnostics diagnostics;
    const auto model = model::read_model(text.sources, text.inputs, diagnostics);
    if (model) {
        const Lock empty{model->platform.name.str(), "7f3c0e5a91d2ab03", {}};
        const auto lock = allocate(empty, wanted_environments(model->platform), model->platform.network, diagnostics);
        if (lock)
            if (auto built = build(*model, lock->lock, Pool(threads), diagnostics)) return *std::move(built);
    }
    ADD_FAILURE() << diagnostics.all()[0].detail << "\n" << platform;
    std::abort();
}

}  // namespace tenantry::blueprint
