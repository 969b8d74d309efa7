// SPDX-License-Identifier: GPL-2.0-or-later
// Puts our address into the contracts.
#include "bridge/contracts.h"

#include <utility>

#include "bridge/wsdl_texts.h"
#include "ocpp_s/head.h"

namespace bridge {

namespace {

std::string withAddress(std::string contract, const std::string& url) {
  constexpr std::string_view marker = "location=\"";
  const std::size_t at = contract.rfind(marker);
  if (at == std::string::npos) return contract;
  const std::size_t begin = at + marker.size();
  std::string escaped;
  ocpp_s::appendEscaped(escaped, url);  // C8: a query has `&`
  return contract.replace(begin, contract.find('"', begin) - begin, escaped);
}

}  // namespace

void Contracts::setAddress(std::string url) {
  if (url == url_) return;
  url_ = std::move(url);
  texts_ = {};
}

const std::shared_ptr<const std::string>& Contracts::forQuery(std::string_view query) {
  const std::size_t version = query.find("1.2") != std::string_view::npos   ? 0
                              : query.find("1.5") != std::string_view::npos ? 1
                                                                            : 2;
  auto& text = texts_[version];
  if (!text) text = std::make_shared<const std::string>(withAddress(std::string(wsdlTexts[2 * version]), url_));
  return text;
}

}  // namespace bridge
