// SPDX-License-Identifier: GPL-2.0-or-later
// The value of an Authorization header (RFC 7617).
#pragma once

#include <openssl/evp.h>

#include <string>

namespace test {

/// `plain`: user:password.
inline std::string basicOf(const std::string& plain) {
  std::string encoded(4 * ((plain.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  return "Basic " + encoded;
}
inline std::string basicCredentials(const std::string& user, const std::string& password) {
  return basicOf(user + ":" + password);
}

}  // namespace test
