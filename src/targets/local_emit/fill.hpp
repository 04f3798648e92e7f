#pragma once

#include <string>

#include <tenantry/blueprint/blueprint.hpp>

#include "local_tasks.hpp"
#include "template.hpp"

namespace tenantry::local_emit {

/// One environment as blanks see it. Looks at the blueprint, which must outlive it.
struct Filling {
    const blueprint::Blueprint& blueprint;
    const blueprint::Environment& environment;
    LocalTasks tasks{blueprint, environment};
    std::vector<HostName> hosts{local_hosts(blueprint, environment)};  ///< the platform's own first

    [[nodiscard]] const blueprint::Shape& shape() const { return blueprint.shape(environment); }
    template <class T>
    [[nodiscard]] const T& value(blueprint::Hole<T> hole) const {
        return blueprint.value(environment, hole);
    }
    /// The path of the host image that stands for this image, where there is one.
    [[nodiscard]] const RelativePath* host_image(const ImageRef& image) const;
};

/// The name of an image's folder below an environment's `images/`.
std::string image_folder(const ImageRef& image);

/// The text with every blank filled. `task` is the task at hand outside of any EachTask.
std::string fill(const TemplateText& text, const Filling& filling, const LocalTask* task = nullptr);

}  // namespace tenantry::local_emit
