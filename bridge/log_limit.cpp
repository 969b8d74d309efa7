// SPDX-License-Identifier: GPL-2.0-or-later
// One window for each kind that somebody causes at the moment.
#include "bridge/log_limit.h"

#include <utility>

namespace bridge {

LogLimit::Window& LogLimit::windowOf(std::string key, const LeftOut& fresh, bool total, ocpp::Steady now) {
  const auto [window, opened] = windows_.try_emplace(key, Window{fresh});
  if (opened) {
    totals_ += total;
    ends_.push_back({now + std::chrono::minutes(1), std::move(key), total});
  }
  return window->second;
}

bool LogLimit::admits(const LogEvent& event, session::Level level, std::string_view identity, std::string_view apart,
                      ocpp::Steady now) {
  if (event.cause == Cause::Operator || perMinute_ == 0) return true;
  // A line of another level is of another kind: trifles shall not hide an error.
  std::string shared(event.word);
  shared += event.cause == Cause::Admitted ? '\0' : '\1';
  shared += static_cast<char>('0' + static_cast<int>(level));
  shared += apart;
  LeftOut fresh{level, "", std::string(event.word), 0};
  const bool admitted = event.cause == Cause::Admitted && !identity.empty();
  std::string key = shared;
  if (admitted) (key += '\0') += identity;
  const bool own = admitted && (windows_.count(key) != 0 || windows_.size() - totals_ < capacity_);
  if (own) fresh.identity = identity;
  Window& window = windowOf(own ? std::move(key) : shared, fresh, false, now);
  if (window.written >= perMinute_) {
    ++window.leftOut.lines;
    return false;
  }
  if (admitted) {  // one cause, such as a back-end that refuses them all, must not write a line for each of thousands
    fresh.identity.clear();
    Window& total = windowOf(shared + '\0' + '\0', fresh, true, now);
    if (total.written >= perMinute_ * together) {
      ++total.leftOut.lines;
      return false;
    }
    ++total.written;
  }
  ++window.written;
  return true;
}

std::vector<LogLimit::LeftOut> LogLimit::over(ocpp::Steady now) {
  std::vector<LeftOut> found;
  for (; !ends_.empty() && ends_.front().at <= now; ends_.pop_front()) {
    auto window = windows_.extract(ends_.front().key);
    totals_ -= ends_.front().total;
    if (window.mapped().leftOut.lines > 0) found.push_back(std::move(window.mapped().leftOut));
  }
  return found;
}

}  // namespace bridge
