#include <map>

#include <tenantry/base/json_text.hpp>
#include <tenantry/model/keys.hpp>
#include <tenantry/model/schema.hpp>

namespace tenantry::model {
namespace {

class SchemaWriter {
  public:
    std::string run(const Type& file, std::string_view title) {
        json_.object().member("$schema", "https://json-schema.org/draft/2020-12/schema").member("title", title);
        // An empty file is read as an empty map; what it lacks is told then.
        body(file);
        definitions();
        json_.end();
        return std::move(json_).take();
    }

  private:
    void reference(std::string_view name) { json_.member("$ref", "#/$defs/" + std::string(name)); }

    void to_scalar(const Scalar& scalar) {
        scalars_.emplace(scalar.name, &scalar);
        reference(scalar.name);
    }

    // A value in an object of its own.
    void value(const Type& type) {
        json_.object(is_short(type) ? Layout::line : Layout::block);
        body(type);
        json_.end();
    }

    static bool is_short(const Type& type) {
        return type.form == Type::Form::scalar || type.form == Type::Form::table ||
               (type.form == Type::Form::list && is_short(*type.of));
    }

    // Members of an object that is open.
    void body(const Type& type) {
        switch (type.form) {
            case Type::Form::scalar:
                return to_scalar(*type.scalar);
            case Type::Form::either:
                json_.key("anyOf").array().object(Layout::line);
                to_scalar(*type.scalar);
                json_.end();
                value(*type.of);
                json_.end();
                return;
            case Type::Form::list:
                json_.member("type", "array").key("items");
                return value(*type.of);
            case Type::Form::named:
                json_.member("type", "object");
                if (type.least != 0) json_.member("minProperties", type.least);
                if (type.most != 0) json_.member("maxProperties", type.most);
                return named(type);
            case Type::Form::table:
                tables_.emplace(type.name, &type);
                return reference(type.name);
        }
    }

    void named(const Type& type) {
        json_.key("propertyNames").object(Layout::line);
        to_scalar(*type.scalar);
        json_.end().key("additionalProperties");
        value(*type.of);
    }

    // Scalars and tables that were mentioned; writing one may mention others.
    void definitions() {
        json_.key("$defs").object();
        std::map<std::string_view, bool> written;
        for (bool more = true; more;) {
            more = false;
            for (const auto& [name, table] : std::map(tables_)) {
                if (!written.emplace(name, true).second) continue;
                more = true;
                json_.key(name).object();
                define(*table);
                json_.end();
            }
        }
        for (const auto& [name, scalar] : scalars_) {
            json_.key(name).object();
            define(*scalar);
            json_.end();
        }
        json_.end();
    }

    void define(const Type& table) {
        json_.member("type", "object").key("properties").object();
        for (const Key& key : table.keys()) property(key);
        json_.end();
        required(table);
        // Beside its own keys those of `scalar`: whose name is none of the table has the other type.
        if (table.of == nullptr) {
            json_.member("additionalProperties", false);
        } else {
            names(table);
            json_.key("additionalProperties");
            value(*table.of);
        }
        conditions(table.name);
    }

    void names(const Type& table) {
        json_.key("propertyNames").object().key("anyOf").array().object(Layout::line).key("enum").array();
        for (const Key& key : table.keys()) json_.value(key.name);
        json_.end().end().object(Layout::line);
        to_scalar(*table.scalar);
        json_.end().end().end();
    }

    void property(const Key& key) {
        json_.key(key.name).object(key.status == Status::later || is_short(key.type) ? Layout::line : Layout::block);
        if (key.status == Status::later) {
            json_.member("description", std::string(key.meaning) + " (not supported by this version)");
            json_.key("not").object().end();
        } else {
            json_.member("description", key.meaning);
            body(key.type);
        }
        json_.end();
    }

    void required(const Type& table) {
        bool any = false;
        for (const Key& key : table.keys()) {
            if (key.example.empty()) continue;
            if (!any) json_.key("required").array(Layout::line);
            any = true;
            json_.value(key.name);
        }
        if (any) json_.end();
    }

    void define(const Scalar& scalar) {
        json_.member("description", scalar.meaning);
        if (scalar.words != nullptr) {
            json_.key("enum").array(Layout::line);
            for (const std::string_view word : scalar.words()) json_.value(word);
            if (scalar.truth) json_.value(true).value(false);
            json_.end();
            return;
        }
        json_.key("type").array(Layout::line).value("string");
        if (scalar.number) json_.value("number");
        if (scalar.truth) json_.value("boolean");
        json_.end().member("pattern", scalar.pattern());
        if (scalar.range) json_.member("minimum", scalar.range->low).member("maximum", scalar.range->high);
    }

    // What keys of one map say together ---------------------------------------------------------------------------

    void conditions(std::string_view table) {
        if (table == "service") return service_conditions();
        if (table == "health") return not_both("path", "command");
        if (table == "job") {
            exactly_one("when", "at");
            return with("reset", "when", "after-create");
        }
        if (table == "localImage") return exactly_one("host", "oci");
        if (table == "secret") {
            exactly_one("make", "given");
            not_both("rotate", "given");
        }
    }

    void service_conditions() {
        json_.key("allOf").array();
        for (const Tier tier : {Tier::frontend, Tier::middleware}) {
            json_.object().key("if").object(Layout::line).key("properties").object().key("tier").object();
            json_.member("const", to_string(tier)).end().end().key("required").array().value("tier").end().end();
            json_.key("then").object().key("properties").object(Layout::line);
            for (const TierRule& rule : keys::tier_rules())
                if (rule.tier == tier) json_.member(rule.key, false);
            json_.end();
            if (tier == Tier::middleware)
                json_.key("required").array(Layout::line).value("image").end();
            else
                served();
            json_.end().end();
        }
        json_.end();
    }

    // A frontend serves something, and files come out of an image.
    void served() {
        json_.key("anyOf").array().object(Layout::line).key("required").array().value("static").value("image").end();
        json_.end().object(Layout::line).key("required").array().value("routes").end();
        json_.key("properties").object().key("routes").object().member("minProperties", 1).end().end();
        json_.end().end();
        json_.key("dependentRequired").object(Layout::line).key("static").array().value("image").end().end();
    }

    void exactly_one(std::string_view one, std::string_view other) {
        json_.key("oneOf").array();
        for (const std::string_view key : {one, other})
            json_.object(Layout::line).key("required").array().value(key).end().end();
        json_.end();
    }

    void not_both(std::string_view one, std::string_view other) {
        json_.key("not").object(Layout::line).key("required").array().value(one).value(other).end().end();
    }

    void with(std::string_view key, std::string_view other, std::string_view value) {
        json_.key("if").object(Layout::line).key("required").array().value(key).end().end();
        json_.key("then").object(Layout::line).key("required").array().value(other).end();
        json_.key("properties").object().key(other).object().member("const", value).end().end().end();
    }

    JsonText json_;
    std::map<std::string_view, const Scalar*> scalars_;
    std::map<std::string_view, const Type*> tables_;
};

}  // namespace

std::string json_schema(SchemaOf of) {
    if (of == SchemaOf::platform) return SchemaWriter().run(types::platformFile, "platform.yaml of Tenantry");
    return SchemaWriter().run(types::tenantFile, "A tenant's file of Tenantry");
}

}  // namespace tenantry::model
