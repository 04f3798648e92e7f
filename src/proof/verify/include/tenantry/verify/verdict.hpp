#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/model_path.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/verify/packet.hpp>

namespace tenantry::verify {

/// Every claim of docs/claims.md, in its order.
enum class Claim : std::uint8_t {
    net1,
    net2,
    net3,
    net4,
    net5,
    net6,
    net7,
    net8,
    net9,
    net10,
    net11,
    net12,
    run1,
    run2,
    fs1,
    res1,
    id1,
    id2,
    id3,
    id4,
    db1,
    tls1,
    tls2,
    tls3,
    log1,
    bak1,
    bak2,
    cry1,
    pub1,
    stg1,
    drf1,
    del1,
};
/// `NET-1`.
std::string_view to_string(Claim claim);
std::optional<Claim> claim_from_string(std::string_view text);
/// The claim in one sentence.
std::string_view sentence(Claim claim);
std::span<const Claim> all_claims();

enum class Answer : std::uint8_t { holds, violated, unknown, notApplicable };
std::string_view to_string(Answer answer);
std::optional<Answer> answer_from_string(std::string_view text);

/// One step of a witness: what happens there, and the fact that makes it so.
struct Hop {
    std::string text;
    std::optional<Span> at;
};

/// What shows a violation: a packet's path hop by hop, or facts that contradict each other.
struct Witness {
    std::optional<Packet> packet;  ///< as its sender makes it
    std::vector<Hop> hops;
};

struct Finding {
    Claim claim = Claim::net1;
    std::string environment;  ///< whose claim is broken: `acme/production`
    std::string summary;      ///< one full sentence with the names
    ModelPath contradicts;    ///< what of that environment's declaration it breaks: `services.api`
    Witness witness;
};

/// What a verdict rests on. All zero says that it was decided on nothing, and is printed so.
struct Basis {
    std::size_t environments = 0;
    std::size_t pairs = 0;  ///< (from, to) pairs that were examined
    std::size_t rules = 0;
    std::size_t facts = 0;                     ///< what else was looked at: routes, sockets, proxy routes, addresses
    std::optional<std::size_t> machineRanges;  ///< NET-8: ranges of the machine; nothing: they were not given
};

struct Verdict {
    Claim claim = Claim::net1;
    Answer answer = Answer::unknown;
    std::string reason;               ///< why unknown or not applicable; empty else
    std::vector<Finding> findings;    ///< not empty exactly where violated
    std::vector<std::string> shared;  ///< NET-1: each shared component with the argument why it joins nobody
    Basis basis;
    bool decided = false;  ///< false: this version does not decide it on the source at hand, and `reason` says why
};

}  // namespace tenantry::verify
