#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/json_text.hpp>

namespace tenantry::view {

/// What is shown as text and as JSON alike: values and lists under keys, groups in groups. Texts are one thing a line
/// and aligned with nothing, so that a diff shows what changed; they leave out groups with nothing in them.
class Sheet {
  public:
    virtual ~Sheet() = default;
    virtual void begin(std::string_view key) = 0;
    virtual void end() = 0;
    virtual void value(std::string_view key, std::string_view text) = 0;
    virtual void number(std::string_view key, std::uint64_t number) = 0;
    virtual void truth(std::string_view key, bool truth) = 0;
    /// Text: a line each; nothing where it is empty.
    virtual void list(std::string_view key, std::span<const std::string> texts) = 0;
};

class TextSheet : public Sheet {
  public:
    void begin(std::string_view key) override;
    void end() override;
    void value(std::string_view key, std::string_view text) override;
    void number(std::string_view key, std::uint64_t number) override;
    void truth(std::string_view key, bool truth) override;
    void list(std::string_view key, std::span<const std::string> texts) override;
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    void line(const std::string& text);
    std::string out_;
    std::vector<std::string> open_;  ///< groups
    std::size_t written_ = 0;        ///< how many of them have their line
};

class JsonSheet : public Sheet {
  public:
    explicit JsonSheet(JsonText& json) : json_(json) {}
    void begin(std::string_view key) override { json_.key(key).object(); }
    void end() override { json_.end(); }
    void value(std::string_view key, std::string_view text) override { json_.member(key, text); }
    void number(std::string_view key, std::uint64_t number) override { json_.member(key, number); }
    void truth(std::string_view key, bool truth) override { json_.member(key, truth); }
    void list(std::string_view key, std::span<const std::string> texts) override;

  private:
    JsonText& json_;
};

}  // namespace tenantry::view
