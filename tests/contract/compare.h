// SPDX-License-Identifier: GPL-2.0-or-later
// Compares what describe() says with what a contract says, and holds the differences against a table of known ones.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/contract/facts.h"

namespace contract {

enum class What {
  Absent,       ///< A described field that the contract does not have.
  Undescribed,  ///< An element of the contract that no field describes.
  Order,        ///< The common fields come in another order.
  Kind,
  Cardinality,
  Limit,
  Literals,   ///< Both sides: the words that only this side has.
  Unreadable  ///< A word of the contract that ocpp::read() does not take as exact.
};

constexpr std::string_view name(What what) {
  constexpr std::string_view names[] = {"absent",      "undescribed", "order",    "kind",
                                        "cardinality", "limit",       "literals", "unreadable"};
  return names[static_cast<std::size_t>(what)];
}

/// `path` is in the words of OCPP 1.6: Action.Request/field/field.
struct Difference {
  std::string path;
  What what;
  std::string described;
  std::string contract;

  std::string text() const {
    return path + ": " + std::string(name(what)) + ": described '" + described + "', contract '" + contract + "'";
  }
};

/// Compares two trees; never throws, each difference once.
class Comparison {
 public:
  explicit Comparison(ocpp::Encoding encoding) : encoding_(encoding) {}

  void compare(const std::string& path, const Node& described, const Node& contract) {
    check(path, What::Kind, described.kind, contract.kind);
    check(path, What::Cardinality, described.cardinality(), contract.cardinality());
    check(path, What::Limit, described.limitText(), contract.limitText());
    check(path, What::Literals, only(described.literals, contract.literals),
          only(contract.literals, described.literals));
    if (described.reads) metEnumerations_.insert(described.reads);
    for (const std::string& word : contract.literals)
      if (described.reads && !described.reads(word, encoding_)) add(path, What::Unreadable, "", word);
    compareChildren(path, described, contract);
  }

  const std::vector<Difference>& differences() const { return differences_; }

  /// The enumerations (by Node::reads) of described fields that the contract has.
  const std::set<decltype(Node::reads)>& metEnumerations() const { return metEnumerations_; }

 private:
  static const Node* find(const Node& contract, const Node& field) {
    for (const Node& child : contract.children)
      if (child.name == field.name || (!field.older.empty() && child.name == field.older)) return &child;
    return nullptr;
  }

  void compareChildren(const std::string& path, const Node& described, const Node& contract) {
    std::vector<const Node*> met;
    for (const Node& field : described.children) {
      const Node* element = find(contract, field);
      if (element == nullptr) {
        add(path + "/" + field.name, What::Absent, field.kind, "");
        continue;
      }
      met.push_back(element);
      compare(path + "/" + field.name, field, *element);
    }
    std::string ourOrder, theirOrder;
    for (const Node* element : met) ourOrder += element->name + " ";
    for (const Node& element : contract.children) {
      const auto times = std::count(met.begin(), met.end(), &element);
      if (times == 0) add(path + "/" + element.name, What::Undescribed, "", element.kind);
      if (times > 0) theirOrder += element.name + " ";
    }
    check(path, What::Order, ourOrder, theirOrder);
  }

  static std::string only(const std::multiset<std::string>& ours, const std::multiset<std::string>& theirs) {
    std::vector<std::string> rest;
    std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(rest));
    std::string words;
    for (const std::string& word : rest) words += (words.empty() ? "" : " ") + word;
    return words;
  }

  void check(const std::string& path, What what, const std::string& described, const std::string& contract) {
    if (described != contract) add(path, what, described, contract);
  }
  void add(const std::string& path, What what, std::string described, std::string contract) {
    differences_.push_back({path, what, std::move(described), std::move(contract)});
  }

  ocpp::Encoding encoding_;
  std::vector<Difference> differences_;
  std::set<decltype(Node::reads)> metEnumerations_;
};

/// A difference that is meant to be. `path` may start with `*`: any path with that end.
/// `described` may be `*`: whatever is described.
struct Known {
  ocpp::Version version;
  std::string_view path;
  What what;
  std::string_view described;
  std::string_view contract;
  std::string_view why;
};

/// Sorts the differences of one version into known and unknown ones, and finds out which rows are out of date.
template <class Rows>
class Judge {
 public:
  explicit Judge(const Rows& rows) : rows_(rows), used_(std::size(rows), 0) {}

  void judge(ocpp::Version version, const std::vector<Difference>& differences) {
    for (const Difference& difference : differences)
      if (!known(version, difference))
        complaints_.push_back("OCPP " + std::string(ocpp::name(version)) + " " + difference.text());
  }

  /// The differences that no row explains, and the rows that explained none: both must be empty.
  std::vector<std::string> complaints() const {
    std::vector<std::string> all = complaints_;
    std::size_t i = 0;
    for (const Known& row : rows_)
      if (used_[i++] == 0)
        all.push_back("OCPP " + std::string(ocpp::name(row.version)) + " " + std::string(row.path) + ": " +
                      std::string(name(row.what)) + ": this row is out of date, there is no such difference");
    return all;
  }

 private:
  static bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
  }
  static bool explains(const Known& row, ocpp::Version version, const Difference& difference) {
    const bool anyStart = !row.path.empty() && row.path.front() == '*';
    return row.version == version && row.what == difference.what && row.contract == difference.contract &&
           (row.described == "*" || row.described == difference.described) &&
           (anyStart ? endsWith(difference.path, row.path.substr(1)) : row.path == difference.path);
  }
  bool known(ocpp::Version version, const Difference& difference) {
    std::size_t i = 0;
    bool found = false;
    for (const Known& row : rows_) {
      if (explains(row, version, difference)) ++used_[i], found = true;
      ++i;
    }
    return found;
  }

  const Rows& rows_;
  std::vector<int> used_;
  std::vector<std::string> complaints_;
};

}  // namespace contract
