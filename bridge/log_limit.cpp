// SPDX-License-Identifier: GPL-2.0-or-later
// One window for each kind that somebody causes at the moment.
#include "bridge/log_limit.h"

#include <utility>

namespace bridge {

bool LogLimit::admits(const LogEvent& event, session::Level level, std::string_view identity, std::string_view apart,
                      ocpp::Steady now) {
  if (event.cause == Cause::Operator || perMinute_ == 0) return true;
  // A line of another level is of another kind: trifles shall not hide an error.
  std::string shared(event.word);
  shared += '\0';
  shared += static_cast<char>('0' + static_cast<int>(level));
  shared += apart;
  std::string key = shared;
  const bool own = event.cause == Cause::Admitted && !identity.empty();
  if (own) (key += '\0') += identity;
  auto window = windows_.find(key);
  if (window == windows_.end() && own && windows_.size() >= capacity_) {
    key = shared;
    window = windows_.find(key);
  }
  if (window == windows_.end()) {
    const std::string_view whose = key == shared ? std::string_view() : identity;
    window = windows_.emplace(key, Window{{level, std::string(whose), std::string(event.word), 0}}).first;
    ends_.push_back({now + std::chrono::minutes(1), std::move(key)});
  }
  if (window->second.written < perMinute_) {
    ++window->second.written;
    return true;
  }
  ++window->second.leftOut.lines;
  return false;
}

std::vector<LogLimit::LeftOut> LogLimit::over(ocpp::Steady now) {
  std::vector<LeftOut> found;
  for (; !ends_.empty() && ends_.front().at <= now; ends_.pop_front()) {
    auto window = windows_.extract(ends_.front().key);
    if (window.mapped().leftOut.lines > 0) found.push_back(std::move(window.mapped().leftOut));
  }
  return found;
}

}  // namespace bridge
