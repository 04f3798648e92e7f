#pragma once

#include <span>
#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/compile/reach.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// Verdicts with what they rest on, findings with their witness and the line of the platform that they contradict, last
/// a count. Claims that are unknown for one reason stand together.
std::string to_text(const Sources& sources, const model::Model& model, const compile::Proof& proof, const Style& style);

/// Members `source`, `digest`, `texts`, `environments`, `notUnderstood`, `verdicts`.
void write_json(const Sources& sources, const model::Model& model, const compile::Proof& proof, JsonText& json);

/// What came of probes.
struct Probed {
    std::size_t tasks = 0, sent = 0, arrived = 0;
    std::vector<compile::Probe> against;  ///< that did not go as the tables say
};
std::string probes_text(const Probed& probed, const Style& style);
/// Member `probes`.
void probes_json(const Probed& probed, JsonText& json);

/// Every hop of the way with the place of the fact that makes it so, and whether it arrives.
std::string reach_text(const Sources& sources, const compile::Reach& reach, const Style& style);
/// Members `reaches`, `from`, `to`, `packet`, `way`.
void reach_json(const Sources& sources, const compile::Reach& reach, JsonText& json);

/// One line: how many claims hold, are violated, are unknown.
std::string summary(const compile::Proof& proof);

}  // namespace tenantry::view
