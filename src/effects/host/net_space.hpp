#pragma once

// The pinned namespaces of one placement, open, and which of their links join which of them.

#include <optional>
#include <string>
#include <vector>

#include "net_links.hpp"
#include "net_pins.hpp"

namespace tenantry::host {

inline constexpr std::string_view routerName = "router";

/// A namespace with a socket in it, usable from any thread.
struct Space {
    std::string name;
    OpenNamespace file;
    Netlink route;
    std::vector<KernelLink> links{};  ///< as `look` found them
};

/// Opens a socket in a namespace. Leaves the thread there.
Result<Space> open_space(std::string name, OpenNamespace file);
/// Lists the links of each.
Result<void> look(std::vector<Space>& spaces);

/// One end of a link: places in the list of spaces and in the links of that.
struct LinkEnd {
    std::size_t space = 0;
    std::size_t link = 0;
    auto operator<=>(const LinkEnd&) const = default;
};

/// Which end leads where, as the kernel knows it. Ends whose other end is in no space of the list lead nowhere.
class Joints {
  public:
    static Result<Joints> find(std::vector<Space>& spaces);
    [[nodiscard]] std::optional<LinkEnd> other(LinkEnd end) const { return others_[end.space][end.link]; }

  private:
    std::vector<std::vector<std::optional<LinkEnd>>> others_;
};

}  // namespace tenantry::host
