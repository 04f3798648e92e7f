#pragma once

#include <cstdint>
#include <initializer_list>

#include "json_template.hpp"

namespace tenantry::local_emit {

/// Writes commands for libnftables (libnftables-json(5)), one a line, all on the table `inet tenantry`. The objects are
/// written as the kernel lists them, so that a listing is compared without translation.
class NftJson {
  public:
    struct Hook {
        Literal type, hook, policy;
        int priority = 0;
    };
    /// A chain's name: a literal, or `to-` and a service.
    class ChainName {
      public:
        template <std::size_t N>
        ChainName(const char (&name)[N]) {  // NOLINT: converts on purpose
            text_.add(name);
        }
        explicit ChainName(const ServiceName& service) { text_.add("to-", service); }
        [[nodiscard]] const TemplateText& text() const { return text_; }

      private:
        TemplateText text_;
    };

    NftJson& table();
    NftJson& set(Literal name, std::initializer_list<Literal> types);
    NftJson& verdict_map(Literal name, std::initializer_list<Literal> types);
    NftJson& base_chain(const ChainName& name, const Hook& hook);
    NftJson& chain(const ChainName& name);
    /// A rule whose expressions `body` writes into the open array.
    template <class Body>
    NftJson& rule(const ChainName& name, Body body) {
        return line(rule_line(name, body));
    }
    /// Puts a line as it is; lines that an environment makes any number of begin with `nextLine` instead.
    NftJson& line(const TemplateText& command);
    NftJson& lines(const TemplateText& commands) {
        text_.add(commands);
        return *this;
    }

    template <class Body>
    static TemplateText rule_line(const ChainName& name, Body body) {
        JsonTemplate json = begin("rule");
        json.member("chain", name.text()).key("expr").array();
        body(json);
        json.end();
        return finish(std::move(json));
    }
    /// Adds one element, which `body` writes, to a set or map.
    template <class Body>
    static TemplateText element_line(Literal set, Body body) {
        JsonTemplate json = begin("element");
        json.member("name", set).key("elem").array();
        body(json);
        json.end();
        return finish(std::move(json));
    }

    [[nodiscard]] TemplateText take() &&;

    static constexpr Literal nextLine = ",\n    ";

  private:
    static JsonTemplate begin(Literal object);
    static TemplateText finish(JsonTemplate json);
    static JsonTemplate begin_set(Literal object, Literal name, std::initializer_list<Literal> types);

    TemplateText text_;
};

}  // namespace tenantry::local_emit
