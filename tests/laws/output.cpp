#include <algorithm>
#include <set>
#include <stdexcept>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/laws/output.hpp>
#include <tenantry/syntax/config_text.hpp>

namespace tenantry::laws {
namespace {

using Tokens = std::vector<std::string>;
using Interfaces = std::map<std::string, std::string, std::less<>>;  // short name -> task

[[noreturn]] void refuse(const local_emit::LocalFile& file, std::string_view why) {
    throw std::runtime_error(fmt::format("{}: {}\n{}", file.path, why, file.text));
}

boost::json::value parse(const local_emit::LocalFile& file) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(file.text, error);
    if (error) refuse(file, "no JSON: " + error.message());
    return value;
}

bool is_digest(std::string_view key, std::string_view text) {
    return ((key == "blake2b256" && text.size() == 64) || (key == "shape" && text.size() == 12)) &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class JsonTokens {
  public:
    JsonTokens(const Interfaces& interfaces, Tokens& tokens) : interfaces_(interfaces), tokens_(tokens) {}

    void add(const boost::json::value& value, std::string_view key = "") {
        if (const auto* object = value.if_object()) {
            tokens_.emplace_back("{");
            for (const auto& [name, member] : *object) {
                tokens_.push_back("key " + std::string(name));
                add(member, name);
            }
            tokens_.emplace_back("}");
        } else if (const auto* array = value.if_array()) {
            tokens_.emplace_back("[");
            for (const auto& item : *array) add(item);
            tokens_.emplace_back("]");
        } else if (const auto* string = value.if_string()) {
            const std::string_view text(string->data(), string->size());
            const auto task = interfaces_.find(text);
            tokens_.push_back(is_digest(key, text)        ? "digest"
                              : task != interfaces_.end() ? "string " + task->second
                                                          : "string " + std::string(text));
        } else {
            tokens_.push_back("bare " + boost::json::serialize(value));
        }
    }

  private:
    const Interfaces& interfaces_;
    Tokens& tokens_;
};

// A row of the manifest is one token.
Tokens manifest_rows(const boost::json::value& manifest) {
    Tokens rows;
    for (const auto& [name, member] : manifest.as_object()) {
        rows.push_back("key " + std::string(name));
        const auto* array = member.if_array();
        const std::size_t count = array == nullptr ? 1 : array->size();
        for (std::size_t i = 0; i < count; ++i) {
            Tokens row;
            JsonTokens({}, row).add(array == nullptr ? member : (*array)[i]);
            rows.push_back(fmt::format("{} row {}", std::string(name), fmt::join(row, " ")));
        }
    }
    return rows;
}

void add(Tokens& tokens, const std::vector<syntax::NginxDirective>& directives) {
    for (const syntax::NginxDirective& directive : directives) {
        for (const syntax::Word& word : directive.words) tokens.push_back("word " + word.text);
        tokens.emplace_back(directive.hasBlock ? "{" : ";");
        add(tokens, directive.block);
        if (directive.hasBlock) tokens.emplace_back("}");
    }
}

Tokens nginx_tokens(const local_emit::LocalFile& file) {
    Sources sources;
    Diagnostics diagnostics;
    const auto directives = syntax::parse_nginx(sources, sources.add(file.path, file.text), {}, diagnostics);
    if (!directives) refuse(file, diagnostics.all()[0].detail);
    Tokens tokens;
    add(tokens, *directives);
    return tokens;
}

Tokens haproxy_tokens(const local_emit::LocalFile& file) {
    Sources sources;
    Diagnostics diagnostics;
    const auto lines = syntax::parse_haproxy(sources, sources.add(file.path, file.text), {}, diagnostics);
    if (!lines) refuse(file, diagnostics.all()[0].detail);
    Tokens tokens;
    for (const syntax::HaproxyLine& line : *lines) {
        for (const syntax::Word& word : line.words) tokens.push_back("word " + word.text);
        tokens.emplace_back("end of line");
    }
    return tokens;
}

Tokens hosts_tokens(const local_emit::LocalFile& file) {
    Tokens tokens;
    for (std::string_view rest = file.text; !rest.empty();) {
        const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
        if (end > 0) tokens.push_back("word " + std::string(rest.substr(0, end)));
        if (end < rest.size() && rest[end] == '\n') tokens.emplace_back("end of line");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return tokens;
}

// Linux: 15 bytes and a NUL (IFNAMSIZ), no slash, no space, no colon (dev_valid_name of net/core/dev.c).
Interfaces interfaces_of(const local_emit::LocalFile& network) {
    Interfaces interfaces;
    const boost::json::value root = parse(network);
    for (const auto& space : root.at("namespaces").as_array()) {
        if (space.at("name") != "router") continue;
        for (const auto& interface : space.at("interfaces").as_array()) {
            const std::string name(interface.at("name").as_string());
            if (name.empty() || name.size() > 15 || name.find_first_of("/: \t\n") != std::string::npos)
                refuse(network, "no name of an interface: " + name);
            if (!interfaces.emplace(name, std::string(interface.at("peer").at("namespace").as_string())).second)
                refuse(network, "two interfaces with one name: " + name);
        }
    }
    return interfaces;
}

std::string in_variable(std::string_view word) {
    std::string name;
    for (const char c : word) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::string image_folder(std::string_view image) {
    if (image.size() > 255) return '+' + blake2b(image).hex();
    std::string folder(image);
    std::ranges::replace(folder, '/', '+');
    return folder;
}

struct Form {
    std::string from, to;
};

std::vector<Form> forms(std::string_view from, std::string_view to) {
    std::vector<Form> all{{std::string(from), std::string(to)}};
    const auto add = [&](std::string a, std::string b) {
        if (std::ranges::find(all, a, &Form::from) == all.end()) all.push_back({std::move(a), std::move(b)});
    };
    add(in_variable(from), in_variable(to));
    if (from.starts_with('/')) return all;
    add(image_folder(from), image_folder(to));
    // Of a path to a program its last part is in the output.
    if (from.find('/') != std::string_view::npos && from.find("qzprogram") != std::string_view::npos)
        add(std::string(from.substr(from.rfind('/') + 1)), std::string(to.substr(to.rfind('/') + 1)));
    return all;
}

// From left to right; what was put in is not looked at again.
std::string replaced(std::string_view text, const std::vector<Form>& all) {
    std::string result;
    while (!text.empty()) {
        const auto form = std::ranges::find_if(all, [&](const Form& f) { return text.starts_with(f.from); });
        if (form == all.end()) {
            result += text[0];
            text.remove_prefix(1);
        } else {
            result += form->to;
            text.remove_prefix(form->from.size());
        }
    }
    return result;
}

}  // namespace

Output lex(std::span<const local_emit::LocalFile> files) {
    std::map<std::string, Interfaces, std::less<>> interfaces;  // by the environment's folder
    for (const local_emit::LocalFile& file : files)
        if (file.path.ends_with("/network.json"))
            interfaces.emplace(file.path.substr(0, file.path.size() - 12), interfaces_of(file));
    const Interfaces none;  // the edge's container has the host's own
    Output output;
    for (const local_emit::LocalFile& file : files) {
        Tokens& tokens = output[file.path];
        if (!tokens.empty()) refuse(file, "there are two such files");
        const auto own =
            std::ranges::find_if(interfaces, [&](const auto& row) { return file.path.starts_with(row.first); });
        if (file.path == "manifest.json")
            tokens = manifest_rows(parse(file));
        else if (file.path.ends_with(".json") && own != interfaces.end())
            JsonTokens(own->second, tokens).add(parse(file));
        else if (file.path == "edge/config.json")
            JsonTokens(none, tokens).add(parse(file));
        else if (file.path.ends_with("/nginx.conf"))
            tokens = nginx_tokens(file);
        else if (file.path.ends_with("/haproxy.cfg"))
            tokens = haproxy_tokens(file);
        else if (file.path.ends_with("/hosts"))
            tokens = hosts_tokens(file);
        else
            refuse(file, "nothing is known of such a file");
    }
    std::ranges::sort(output["manifest.json"]);
    return output;
}

Output replaced(const Output& output, std::string_view from, std::string_view to) {
    const std::vector<Form> all = forms(from, to);
    Output result;
    for (const auto& [path, tokens] : output) {
        Tokens& changed = result[replaced(path, all)];
        for (const std::string& token : tokens) changed.push_back(replaced(token, all));
    }
    std::ranges::sort(result["manifest.json"]);
    return result;
}

std::string difference(const Output& expected, const Output& actual) {
    for (const auto& [path, tokens] : expected) {
        const auto other = actual.find(path);
        if (other == actual.end()) return fmt::format("there is no file {}", path);
        const auto [mine, theirs] = std::ranges::mismatch(tokens, other->second);
        if (mine == tokens.end() && theirs == other->second.end()) continue;
        return fmt::format("{}, token {}: `{}` was expected, and here is `{}`", path, mine - tokens.begin(),
                           mine == tokens.end() ? "the end" : *mine,
                           theirs == other->second.end() ? "the end" : *theirs);
    }
    for (const auto& [path, tokens] : actual)
        if (!expected.contains(path)) return fmt::format("the file {} was not expected", path);
    return {};
}

}  // namespace tenantry::laws
