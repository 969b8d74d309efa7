// SPDX-License-Identifier: GPL-2.0-or-later
// What the operator demands of one charger before it is heard (section 8.4).
#pragma once

#include <optional>
#include <string>

#include "bridge/cidr.h"

namespace bridge {

/// All that is set must be fulfilled. Nothing set: the identity alone is enough.
struct AccessRules {
  IpRanges from;     ///< Where it may come from; empty = what --allow-from says.
  std::string user;  ///< Its name for Basic auth; the identity if not given.
  std::optional<std::string> password;
  std::optional<std::string> passwordHash;  ///< Of crypt(3), instead of the password.
  std::optional<std::string> urlSecret;     ///< A path segment below /ocpp, or the value of `token` in the query.
  std::optional<bool> needsCertificate;     ///< Absent = what --require-certificate says.
  bool hasPassword() const { return password || passwordHash; }
  std::string certificateName;  ///< CN or SAN that it must carry; the identity if not given.
};

}  // namespace bridge
