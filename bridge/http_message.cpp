// SPDX-License-Identifier: GPL-2.0-or-later
// Look-ups in HTTP messages.
#include "bridge/http_message.h"

#include <ostream>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

namespace bridge {

bool sameToken(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

HttpResponse textResponse(int status, std::string body, std::string type) {
  return {status, {{"Content-Type", std::move(type)}}, std::move(body)};
}

const std::string* HttpHeaders::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (sameToken(field.first, name)) return &field.second;
  }
  return nullptr;
}

void HttpHeaders::set(std::string_view name, std::string value) {
  for (Field& field : fields_) {
    if (!sameToken(field.first, name)) continue;
    field.second = std::move(value);
    return;
  }
  fields_.emplace_back(name, std::move(value));
}

std::string_view HttpRequest::path() const {
  std::string_view text = target;
  const auto scheme = text.find("://");
  if (!text.empty() && text.front() != '/' && scheme != std::string_view::npos) {
    const auto slash = text.find('/', scheme + 3);
    text = slash == std::string_view::npos ? std::string_view("/") : text.substr(slash);
  }
  return text.substr(0, text.find('?'));
}

std::string_view HttpRequest::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::string_view reasonPhrase(int status) {
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  if (known == boost::beast::http::status::unknown) return "";
  const auto text = boost::beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

}  // namespace bridge
