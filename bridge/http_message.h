// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP requests and responses as values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bridge {

/// Header fields in the order they came; names keep their spelling.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Value of the first field of that name, whatever its case; null if there is none.
  const std::string* find(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces the first field of that name, or adds it.
  void set(std::string_view name, std::string value);
  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method;
  std::string target;  // as written: origin form, absolute form or "*"
  int minor = 1;       // HTTP/1.minor
  HttpHeaders headers;
  std::string body;
  std::string peerAddress;  // numeric
  std::uint16_t peerPort = 0;
  std::vector<std::string> certificateNames;  // CN and SANs of the client certificate, verified; empty without one
  bool misnamedCoding = false;                // Content-Encoding named a compression that the body did not have
  bool cut = false;                           // the body is only a beginning: the whole was longer than may be read

  /// The path without scheme, authority and query, still percent-encoded.
  std::string_view path() const;
  /// What follows "?", without it.
  std::string_view query() const;
};

/// What becomes of a request whose body is longer than the limit.
struct HttpGranted {
  std::size_t most = 0;  ///< So many bytes of the body may be read; 0 = 413.
  bool asItIs = false;   ///< The handler gets it at once with what there is of its body (`cut`): it will refuse it.
};

/// Asked for a request whose body is longer than the limit, with what there is of it. First with an empty body where a
/// Content-Length announces it, then with the body's first 64 KiB.
using HttpGrant = std::function<HttpGranted(const HttpRequest& begun)>;

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  bool close = false;                           // the server ends the connection behind it
  std::shared_ptr<const std::string> shared{};  // instead of `body`: a text that many answers have, never copied
};

/// A response with that body; Content-Type is its only header field.
HttpResponse textResponse(int status, std::string body, std::string type = "text/plain; charset=utf-8");

/// The usual phrase of a status code, "" if it has none.
std::string_view reasonPhrase(int status);

/// ASCII case-insensitive equality, as header names and tokens want it.
bool sameToken(std::string_view a, std::string_view b);

}  // namespace bridge
