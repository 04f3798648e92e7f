#pragma once

// `upstream` blocks and the map that chooses one of two by the request's method: `http://$connections.api`.

#include <map>
#include <optional>
#include <string>

#include "nginx.hpp"

namespace tenantry::local_read {

class NginxUpstreams {
  public:
    explicit NginxUpstreams(const Scope& scope) : scope_(scope) {}

    void read_upstream(const NginxDirective& upstream);
    void read_map(const NginxDirective& map);
    /// Where `proxy_pass URL` leads, once all blocks are read: `http://HOST:PORT` or `http://$VARIABLE.NAME`, without a
    /// path, which would change the request's own. Nothing for anything else: the caller reports.
    [[nodiscard]] std::optional<verify::Upstream> find(const syntax::Word& url) const;

  private:
    struct Upstream {
        verify::Upstream to;
        bool keeps = false;
    };
    using Upstreams = std::map<std::string, Upstream, std::less<>>;

    [[nodiscard]] std::optional<verify::Upstream> chosen(std::string_view name) const;

    Scope scope_;
    Upstreams upstreams_;
    std::string variable_;  ///< of the map, with its `$`
    std::string repeated_;  ///< what the map says for GET and HEAD
    std::string others_;    ///< and for every other method
};

}  // namespace tenantry::local_read
