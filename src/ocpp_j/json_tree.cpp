// SPDX-License-Identifier: GPL-2.0-or-later
// Builds the flat tree from the events of nlohmann's SAX parser.
#include "ocpp_j/json_tree.h"

#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace ocpp_j {

/// Receives the parser's events; each answers whether to go on.
class TreeBuilder {
 public:
  explicit TreeBuilder(JsonTree& tree) : tree_(tree) {}

  bool null() { return add(JsonType::Null); }
  bool boolean(bool value) { return add(value ? JsonType::True : JsonType::False); }
  bool number_integer(std::int64_t value) { return add(JsonType::Integer, {}, value); }
  bool number_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return add(JsonType::Number, store(std::to_string(value)));
    return add(JsonType::Integer, {}, static_cast<std::int64_t>(value));
  }
  bool number_float(double, const std::string& written) { return add(JsonType::Number, store(written)); }
  bool string(std::string& value) { return add(JsonType::Text, store(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool key(std::string& name) {
    key_ = store(name);
    return true;
  }
  bool start_object(std::size_t) { return open(JsonType::Object); }
  bool start_array(std::size_t) { return open(JsonType::Array); }
  bool end_object() {
    const std::uint32_t object = open_[depth_ - 1].node;
    if (tree_.nodes_[object].children <= small)
      markDuplicates(object);
    else
      markDuplicatesOfMany(object);
    --depth_;
    return true;
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    tree_.problem_ = "not JSON at byte " + std::to_string(position);
    return false;
  }

 private:
  using Node = JsonTree::Node;
  static constexpr std::uint32_t small = 16;
  struct Level {
    std::uint32_t node;
    std::uint32_t lastChild;
  };

  JsonTree::Span store(std::string_view text) {
    const JsonTree::Span span{static_cast<std::uint32_t>(tree_.text_.size()), static_cast<std::uint32_t>(text.size())};
    tree_.text_.append(text);
    return span;
  }

  bool add(JsonType type, JsonTree::Span text = {}, std::int64_t integer = 0) {
    const auto index = static_cast<std::uint32_t>(tree_.nodes_.size());
    Node& node = tree_.nodes_.emplace_back();
    node.type = type;
    node.text = text;
    node.integer = integer;
    node.key = key_;
    key_ = {};
    if (depth_ == 0) return true;
    Level& level = open_[depth_ - 1];
    Node& parent = tree_.nodes_[level.node];
    (parent.children == 0 ? parent.firstChild : tree_.nodes_[level.lastChild].next) = index;
    ++parent.children;
    level.lastChild = index;
    return true;
  }

  bool open(JsonType type) {
    if (depth_ == JsonTree::maxDepth) {
      tree_.problem_ = "nested deeper than " + std::to_string(JsonTree::maxDepth);
      return false;
    }
    add(type);
    open_[depth_++] = {static_cast<std::uint32_t>(tree_.nodes_.size() - 1), JsonTree::none};
    return true;
  }

  void markDuplicates(std::uint32_t object) {
    for (std::uint32_t a = tree_.nodes_[object].firstChild; a != JsonTree::none; a = tree_.nodes_[a].next)
      for (std::uint32_t b = tree_.nodes_[a].next; b != JsonTree::none; b = tree_.nodes_[b].next)
        if (tree_.nodes_[a].key.size == tree_.nodes_[b].key.size &&
            tree_.view(tree_.nodes_[a].key) == tree_.view(tree_.nodes_[b].key)) {
          tree_.nodes_[b].duplicated = true;
          unlink(object, a);
          break;
        }
  }

  void markDuplicatesOfMany(std::uint32_t object) {
    std::unordered_map<std::string_view, std::uint32_t> last;
    for (std::uint32_t each = tree_.nodes_[object].firstChild; each != JsonTree::none; each = tree_.nodes_[each].next) {
      const auto [place, fresh] = last.try_emplace(tree_.view(tree_.nodes_[each].key), each);
      if (fresh) continue;
      tree_.nodes_[each].duplicated = true;
      place->second = each;
    }
    if (last.size() == tree_.nodes_[object].children) return;
    std::uint32_t* link = &tree_.nodes_[object].firstChild;
    while (*link != JsonTree::none) {
      Node& node = tree_.nodes_[*link];
      if (last.at(tree_.view(node.key)) != *link)
        *link = node.next;
      else
        link = &node.next;
    }
    tree_.nodes_[object].children = static_cast<std::uint32_t>(last.size());
  }

  // The node keeps its own `next`, so that a walk that stands on it can go on.
  void unlink(std::uint32_t object, std::uint32_t child) {
    std::uint32_t* link = &tree_.nodes_[object].firstChild;
    while (*link != child) link = &tree_.nodes_[*link].next;
    *link = tree_.nodes_[child].next;
    --tree_.nodes_[object].children;
  }

  JsonTree& tree_;
  JsonTree::Span key_;
  std::array<Level, JsonTree::maxDepth> open_{};
  std::size_t depth_ = 0;
};

bool JsonTree::parse(std::string_view json) {
  nodes_.clear();
  text_.clear();
  problem_.clear();
  if (json.size() >= none) {
    problem_ = "too long";
    return false;
  }
  nodes_.reserve(json.size() / 16 + 8);
  text_.reserve(json.size());
  TreeBuilder builder(*this);
  return nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &builder);
}

}  // namespace ocpp_j
