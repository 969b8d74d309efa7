// SPDX-License-Identifier: GPL-2.0-or-later
// Secrets that are only ever compared: kept as keyed digests, so that neither memory nor timing shows them.
#pragma once

#include <string>
#include <string_view>

namespace bridge {

/// HMAC-SHA256 under a key that this object alone knows. Equal texts have equal digests; where look-ups and comparisons
/// of digests differ in time, that says nothing about the texts.
class SecretDigest {
 public:
  SecretDigest();
  /// 32 bytes.
  std::string of(std::string_view text) const;
  /// Takes the same time whatever differs.
  static bool equal(std::string_view digest, std::string_view other);

 private:
  std::string key_;
};

}  // namespace bridge
