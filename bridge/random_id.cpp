// SPDX-License-Identifier: GPL-2.0-or-later
// Random ids from a buffered pool of OpenSSL's random bytes, digests, percent-encoding.
#include "bridge/random_id.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace bridge {

namespace {

constexpr char hexDigits[] = "0123456789abcdef";

/// 16 fresh random bytes. A pool spares a call into the generator for each id; ids need to be unique, not secret.
std::array<unsigned char, 16> randomBytes() {
  thread_local std::array<unsigned char, 1024> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    if (RAND_bytes(pool.data(), static_cast<int>(pool.size())) != 1) throw std::runtime_error("no random numbers");
    used = 0;
  }
  std::array<unsigned char, 16> bytes;
  std::memcpy(bytes.data(), pool.data() + used, bytes.size());
  used += bytes.size();
  return bytes;
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::string newUuid() {
  auto bytes = randomBytes();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string out(36, '-');
  char* to = out.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++to;
    *to++ = hexDigits[bytes[i] >> 4];
    *to++ = hexDigits[bytes[i] & 0xF];
  }
  return out;
}

std::uint64_t newKey() {
  const auto bytes = randomBytes();
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return std::max<std::uint64_t>(1, value >> 1);
}

double uniform() {
  const auto bytes = randomBytes();
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return static_cast<double>(value >> 11) / 9007199254740992.0;
}

/// The algorithm is looked up once: OpenSSL 3 does so in each SHA256().
std::string sha256(std::string_view bytes) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, algorithm,
                 nullptr) != 1)
    throw std::runtime_error("no SHA-256");
  return out;
}

std::string sha1Hex(std::string_view bytes) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string out;
  for (const unsigned char b : digest) {
    out += hexDigits[b >> 4];
    out += hexDigits[b & 0xF];
  }
  return out;
}

std::string percentEncoded(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (isUnreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += static_cast<char>(hexDigits[byte >> 4] >= 'a' ? hexDigits[byte >> 4] - 32 : hexDigits[byte >> 4]);
    out += static_cast<char>(hexDigits[byte & 0xF] >= 'a' ? hexDigits[byte & 0xF] - 32 : hexDigits[byte & 0xF]);
  }
  return out;
}

std::string percentDecoded(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool escape =
        segment[i] == '%' && i + 2 < segment.size() && hexValue(segment[i + 1]) >= 0 && hexValue(segment[i + 2]) >= 0;
    if (!escape) {
      out += segment[i];
      continue;
    }
    out += static_cast<char>(hexValue(segment[i + 1]) * 16 + hexValue(segment[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace bridge
