// SPDX-License-Identifier: GPL-2.0-or-later
// A hash of crypt(3) for tests: as cheap as it allows.
#pragma once

#include <crypt.h>

#include <string>

namespace test {

inline std::string hashOf(const std::string& password) {
  crypt_data work{};
  return crypt_rn(password.c_str(), "$5$rounds=1000$saltsalt$", &work, sizeof work);
}

}  // namespace test
