// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the answer to one of our HTTP requests, in pieces as they come.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/http_parser.h"

namespace bridge {

/// Interim answers (100, 103) are passed over. Lines may end in a bare LF.
class HttpAnswer {
 public:
  enum class State { More, Complete, Bad };

  explicit HttpAnswer(const HttpLimits& limits = {}) : limits_(limits) {}

  /// Complete: response() is whole, what came behind it is ignored. Bad: problem() says why. Ask no more after these.
  State add(std::string_view bytes);
  /// The peer has closed in order: that ends an answer without length.
  State end();
  /// Of a complete answer: another request may follow on the same connection.
  bool mayFollow() const { return !excess_ && parser_->keep_alive() && parser_->message().status != 101; }
  /// The answer has begun.
  bool begun() const { return parser_ != nullptr; }
  HttpResponse& response() { return parser_->message(); }
  const std::string& problem() const { return problem_; }

 private:
  State bad(std::string problem);

  HttpLimits limits_;
  std::string held_;  // received, not consumed
  HeaderScan scan_;
  std::unique_ptr<HttpResponseParser> parser_;
  std::string problem_;
  bool excess_ = false;
};

}  // namespace bridge
