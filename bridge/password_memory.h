// SPDX-License-Identifier: GPL-2.0-or-later
// What the hashing of passwords has shown, so that it is done once for each password and not for each request (C9).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace bridge {

/// Of each charger the right password and the last wrong ones, as digests (SecretDigest) and for one hash: what was
/// learned for another hash is forgotten.
class PasswordMemory {
 public:
  /// Nothing: it has to be hashed.
  std::optional<bool> verdict(const std::string& identity, const std::string& hash, const std::string& digest) const;
  void learn(const std::string& identity, const std::string& hash, const std::string& digest, bool right);
  void forget(const std::string& identity) { known_.erase(identity); }
  void clear() { known_.clear(); }
  std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::string hash, right;
    std::deque<std::string> wrong;
  };
  std::unordered_map<std::string, Known> known_;
};

}  // namespace bridge
