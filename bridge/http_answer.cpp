// SPDX-License-Identifier: GPL-2.0-or-later
// Header scan, parser, interim answers.
#include "bridge/http_answer.h"

#include <algorithm>
#include <utility>

namespace bridge {

HttpAnswer::State HttpAnswer::bad(std::string problem) {
  problem_ = std::move(problem);
  return State::Bad;
}

HttpAnswer::State HttpAnswer::add(std::string_view bytes) {
  const bool direct = held_.empty();  // the usual case: no copy in between
  if (!direct) held_.append(bytes);
  std::string_view rest = direct ? bytes : std::string_view(held_);
  boost::beast::error_code error;
  while (!rest.empty()) {
    if (!parser_) {
      rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));  // stray line ends between messages
      if (rest.empty()) break;
      const std::size_t length = scan_.find(rest);
      if (length == std::string_view::npos && rest.size() <= limits_.header) break;
      if (length == std::string_view::npos || length > limits_.header) return bad("header too big");
      parser_ = std::make_unique<HttpResponseParser>(limits_);
      const std::string header = HeaderScan::toCrlf(rest.substr(0, length));
      std::string_view head = header;
      rest.remove_prefix(length);
      if (!parser_->feed(head, error)) return bad("not HTTP: " + error.message());
    }
    if (!parser_->is_done() && !parser_->feed(rest, error)) return bad("bad answer: " + error.message());
    if (!parser_->is_done()) break;
    const int status = parser_->message().status;
    if (status >= 200 || status == 101) {
      excess_ = !rest.empty();
      return State::Complete;
    }
    parser_.reset();  // interim answer, 100 or 103: the real one follows
    scan_ = HeaderScan();
  }
  if (direct) {
    held_.assign(rest);
  } else {
    held_.erase(0, held_.size() - rest.size());
  }
  if (held_.size() > limits_.header + limits_.body) return bad("answer too big");
  return State::More;
}

HttpAnswer::State HttpAnswer::end() {
  boost::beast::error_code error;
  if (!parser_ || !parser_->need_eof()) return State::More;
  parser_->put_eof(error);
  return !error && parser_->is_done() ? State::Complete : State::More;
}

}  // namespace bridge
