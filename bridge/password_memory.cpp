// SPDX-License-Identifier: GPL-2.0-or-later
// A charger has one right password, and a mistaken one repeats its mistake.
#include "bridge/password_memory.h"

#include <algorithm>

#include "bridge/secret.h"

namespace bridge {

namespace {
constexpr std::size_t mostWrong = 8;
}

std::optional<bool> PasswordMemory::verdict(const std::string& identity, const std::string& hash,
                                            const std::string& digest) const {
  const auto known = known_.find(identity);
  if (known == known_.end() || known->second.hash != hash) return std::nullopt;
  if (SecretDigest::equal(known->second.right, digest)) return true;
  const auto& wrong = known->second.wrong;
  const bool seen = std::any_of(wrong.begin(), wrong.end(),
                                [&](const std::string& each) { return SecretDigest::equal(each, digest); });
  return seen ? std::optional(false) : std::nullopt;
}

void PasswordMemory::learn(const std::string& identity, const std::string& hash, const std::string& digest,
                           bool right) {
  Known& known = known_[identity];
  if (known.hash != hash) known = {hash, {}, {}};
  if (right) {
    known.right = digest;
    return;
  }
  known.wrong.push_back(digest);
  if (known.wrong.size() > mostWrong) known.wrong.pop_front();
}

}  // namespace bridge
