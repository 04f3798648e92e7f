#pragma once

#include <vector>

#include <tenantry/model/platform.hpp>

namespace tenantry::model {

/// What holds for one service in one environment, everything merged: built-in, service, stage map, tenant's stage.
struct ServiceSettings {
    const Service* service = nullptr;
    std::optional<ImageRef> image;
    TaskCount tasks;
    Cpu cpu;
    Bytes memory;
    Environ env;
};

struct EnvironmentSettings {
    const Tenant* tenant = nullptr;
    const Stage* stage = nullptr;
    std::uint8_t zones = 1;
    std::vector<ServiceSettings> services;  ///< in the order of Platform::services
};

/// Built-in values (platform file, "Defaults").
inline constexpr TaskCount defaultTasks{1, 1, false};
inline constexpr Cpu defaultCpu{256};
inline constexpr Bytes defaultMemory{std::uint64_t{256} << 20};

EnvironmentSettings resolve(const Platform& platform, const Tenant& tenant, const Stage& stage);

}  // namespace tenantry::model
