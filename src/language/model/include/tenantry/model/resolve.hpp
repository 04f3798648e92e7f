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
    std::vector<HostPort> egress;
};

struct JobSettings {
    const Job* job = nullptr;
    Cpu cpu;
    Bytes memory;
};

struct StoreSettings {
    const Store* store = nullptr;
    Bytes size;
};

struct EnvironmentSettings {
    const Tenant* tenant = nullptr;
    const Stage* stage = nullptr;
    std::uint8_t zones = 1;
    std::optional<Duration> recovery;
    Duration logs = defaultLogs;
    std::vector<ServiceSettings> services;   ///< in the order of Platform::services
    std::vector<JobSettings> jobs;           ///< those that the stage has, in the order of Platform::jobs
    std::vector<StoreSettings> stores;       ///< in the order of Platform::stores
    std::vector<const AccessEntry*> access;  ///< those that the stage has
};

/// Built-in values (platform file, "Defaults").
inline constexpr TaskCount defaultTasks{1, 1, false};
inline constexpr Cpu defaultCpu{256};
inline constexpr Bytes defaultMemory{std::uint64_t{256} << 20};
inline constexpr Bytes defaultStoreSize{std::uint64_t{10} << 30};

EnvironmentSettings resolve(const Platform& platform, const Tenant& tenant, const Stage& stage);

}  // namespace tenantry::model
