// SPDX-License-Identifier: GPL-2.0-or-later
// A JSON text as a flat tree: numbers keep their text (no binary floating point, L-9), duplicate keys and depth are
// seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ocpp_j {

enum class JsonType : std::uint8_t { Null, False, True, Integer, Number, Text, Array, Object };

class JsonTree;

/// A place in a JsonTree; valid while the tree lives and stays where it is. A default JsonValue is nothing: it converts
/// to false, and reads as null.
class JsonValue {
 public:
  JsonValue() = default;
  explicit operator bool() const { return tree_ != nullptr; }

  JsonType type() const;
  /// The characters of a Text, or of a Number that is not a whole number of int64 as it was written; else "".
  std::string_view text() const;
  /// The value of an Integer.
  std::int64_t integer() const;
  /// Name of this member of an object; "" elsewhere.
  std::string_view key() const;
  /// True when an earlier member of the object had the same key; the last one wins.
  bool duplicated() const;
  /// Number of elements or (distinct) members.
  std::size_t size() const;
  JsonValue first() const;  ///< First element or member; nothing if there is none.
  JsonValue next() const;   ///< The one after this one.

 private:
  friend class JsonTree;
  JsonValue(const JsonTree* tree, std::uint32_t index) : tree_(tree), index_(index) {}
  const JsonTree* tree_ = nullptr;
  std::uint32_t index_ = 0;
};

class JsonTree {
 public:
  static constexpr std::size_t maxDepth = 32;

  /// Reads one JSON text (RFC 8259) and nothing after it. False: `problem()` says why, and what came before it is
  /// there.
  bool parse(std::string_view json);
  const std::string& problem() const { return problem_; }
  JsonValue root() const { return nodes_.empty() ? JsonValue() : JsonValue(this, 0); }

 private:
  friend class JsonValue;
  friend class TreeBuilder;
  static constexpr std::uint32_t none = UINT32_MAX;

  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct Node {
    JsonType type = JsonType::Null;
    bool duplicated = false;
    std::uint32_t next = none;
    std::uint32_t firstChild = none;
    std::uint32_t children = 0;
    Span key;
    Span text;
    std::int64_t integer = 0;
  };

  std::string_view view(Span span) const { return std::string_view(text_).substr(span.at, span.size); }

  std::vector<Node> nodes_;
  std::string text_;  ///< All keys, texts and numbers, one behind the other.
  std::string problem_;
};

inline JsonType JsonValue::type() const { return tree_ ? tree_->nodes_[index_].type : JsonType::Null; }
inline std::string_view JsonValue::text() const {
  return tree_ ? tree_->view(tree_->nodes_[index_].text) : std::string_view();
}
inline std::int64_t JsonValue::integer() const { return tree_ ? tree_->nodes_[index_].integer : 0; }
inline std::string_view JsonValue::key() const {
  return tree_ ? tree_->view(tree_->nodes_[index_].key) : std::string_view();
}
inline bool JsonValue::duplicated() const { return tree_ && tree_->nodes_[index_].duplicated; }
inline std::size_t JsonValue::size() const { return tree_ ? tree_->nodes_[index_].children : 0; }
inline JsonValue JsonValue::first() const {
  const std::uint32_t child = tree_ ? tree_->nodes_[index_].firstChild : JsonTree::none;
  return child == JsonTree::none ? JsonValue() : JsonValue(tree_, child);
}
inline JsonValue JsonValue::next() const {
  const std::uint32_t sibling = tree_ ? tree_->nodes_[index_].next : JsonTree::none;
  return sibling == JsonTree::none ? JsonValue() : JsonValue(tree_, sibling);
}

}  // namespace ocpp_j
