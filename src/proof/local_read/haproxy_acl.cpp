#include <algorithm>
#include <set>

#include "haproxy.hpp"

namespace tenantry::local_read {

bool begins_with(Words words, std::initializer_list<std::string_view> pattern) {
    if (words.size() < pattern.size()) return false;
    return std::ranges::equal(pattern, words.first(pattern.size()), [](std::string_view expected, const Word& word) {
        return expected == "*" || expected == word.text;
    });
}

Span span_of(Words words) { return {words.front().at.source, words.front().at.begin, words.back().at.end}; }

void HaproxyAcl::add(Words test) { tests_.push_back(test); }

std::optional<HaproxyAcl::Paths> HaproxyAcl::paths() const {
    std::set<std::string> whole, begins;
    for (const Words test : tests_) {
        const bool isPath = begins_with(test, {"path", "*"});
        if (!isPath && !begins_with(test, {"path_beg", "*"})) return std::nullopt;
        for (const Word& word : test.subspan(1)) {
            // Flags (`-i`, `-m`, `-f`) change what the words mean.
            if (!word.text.starts_with('/')) return std::nullopt;
            (isPath ? whole : begins).insert(word.text);
        }
    }
    Paths result;
    for (const std::string& begin : begins) {
        const bool slash = begin.ends_with('/');
        const std::string prefix = begin == "/" ? begin : begin.substr(0, begin.size() - (slash ? 1 : 0));
        result.exact = result.exact && slash && (prefix == "/" || whole.contains(prefix));
        result.prefixes.push_back(prefix);
    }
    for (const std::string& path : whole) {
        if (begins.contains(path == "/" ? path : path + "/")) continue;
        result.exact = false;
        if (!std::ranges::count(result.prefixes, path)) result.prefixes.push_back(path);
    }
    return result;
}

std::optional<std::vector<Word>> HaproxyAcl::words_of(std::initializer_list<std::string_view> pattern) const {
    std::vector<Word> words;
    for (const Words test : tests_) {
        if (!begins_with(test, pattern)) return std::nullopt;
        const Words values = test.subspan(pattern.size());
        words.insert(words.end(), values.begin(), values.end());
    }
    return words;
}

std::optional<std::vector<Word>> HaproxyAcl::server_names() const { return words_of({"ssl_fc_sni", "-m", "str"}); }

std::optional<std::vector<Word>> HaproxyAcl::host_names() const { return words_of({"var(txn.host)", "-m", "str"}); }

bool HaproxyAcl::compares_both() const {
    return tests_.size() == 1 && tests_[0].size() == 3 &&
           begins_with(tests_[0], {"ssl_fc_sni,strcmp(txn.host)", "eq", "0"});
}

}  // namespace tenantry::local_read
