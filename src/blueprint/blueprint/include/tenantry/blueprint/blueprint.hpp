#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include <tenantry/base/check.hpp>
#include <tenantry/base/hash.hpp>
#include <tenantry/blueprint/shape.hpp>

namespace tenantry::blueprint {

using Value = std::variant<TenantName, StageName, Account, Cidr, UidRange, Hosts, ImageRef, model::Cpu, model::Bytes,
                           Count, FreeText, model::Duration>;

/// One environment: a shape and a value for each of its slots, at `firstValue` and on.
struct Environment {
    TenantName tenant;
    StageName stage;
    Index<Shape> shape;
    std::uint32_t firstValue = 0;

    [[nodiscard]] std::string name() const { return tenant.str() + "/" + stage.str(); }
};

/// What all environments of a machine share.
struct Commons {
    PlatformName platform;
    Cidr pool;
    std::vector<Cidr> avoid;
    std::uint8_t blockPrefix = 20;
    HostName localDomain;
    std::map<std::string, RelativePath>
        hostImages;  ///< target local: image reference -> program or folder beneath the platform's folder
    std::map<std::string, RelativePath> ociImages = {};  ///< the same: OCI layout or archive of `docker save`
};

/// The compiler's product: what every target and the proof are made of.
struct Blueprint {
    Commons commons;
    std::vector<Shape> shapes;              ///< in the order of the first environment that has it
    std::vector<std::string> shapeNames;    ///< 12 hex digits of BLAKE2b-256 over the structure; for people
    std::vector<Environment> environments;  ///< sorted by tenant, stage
    std::vector<Value> values;

    [[nodiscard]] const Shape& shape(const Environment& environment) const { return shapes[environment.shape.at]; }
    /// The environment's value of a hole of its shape.
    template <class T>
    [[nodiscard]] const T& value(const Environment& environment, Hole<T> hole) const {
        const T* value = std::get_if<T>(&values[environment.firstValue + hole.slot.at]);
        TENANTRY_CHECK(value != nullptr, "a slot's value is of the slot's kind");
        return *value;
    }
};

}  // namespace tenantry::blueprint
