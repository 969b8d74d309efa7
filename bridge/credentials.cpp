// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 7617 and queries, as little of them as is needed.
#include "bridge/credentials.h"

#include <openssl/evp.h>

#include <algorithm>

#include "bridge/random_id.h"
#include "ocpp/text.h"

namespace bridge {

std::optional<BasicCredentials> basicCredentials(std::string_view header) {
  header = ocpp::trimmed(header);
  if (header.size() < 6 || !ocpp::equalFold(header.substr(0, 6), "basic ")) return std::nullopt;
  const std::string encoded(ocpp::trimmed(header.substr(6)));
  if (encoded.empty() || encoded.size() % 4 != 0 || encoded.size() > 2048) return std::nullopt;
  std::string plain(encoded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = encoded.size() - 1 - encoded.find_last_not_of('=');
  if (padding > 2) return std::nullopt;
  plain.resize(static_cast<std::size_t>(size) - padding);
  const std::size_t colon = plain.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{plain.substr(0, colon), plain.substr(colon + 1)};
}

std::string tokenIn(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.size() > 6 && pair.substr(0, 6) == "token=") return percentDecoded(pair.substr(6));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return "";
}

}  // namespace bridge
