// SPDX-License-Identifier: GPL-2.0-or-later
// OpenSSL's HMAC.
#include "bridge/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace bridge {

SecretDigest::SecretDigest() : key_(32, '\0') {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), static_cast<int>(key_.size())) != 1)
    throw std::runtime_error("no random numbers from OpenSSL");
}

std::string SecretDigest::of(std::string_view text) const {
  std::string digest(32, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), reinterpret_cast<unsigned char*>(digest.data()), &length);
  return digest;
}

bool SecretDigest::equal(std::string_view digest, std::string_view other) {
  return digest.size() == other.size() && CRYPTO_memcmp(digest.data(), other.data(), digest.size()) == 0;
}

}  // namespace bridge
