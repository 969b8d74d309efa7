// SPDX-License-Identifier: GPL-2.0-or-later
// Counts and tells what handlers threw.
#include "bridge/firewall.h"

#include <numeric>

namespace bridge {

namespace {

constexpr std::array<std::string_view, eventSources> names{"request", "connection", "accept", "call",     "websocket",
                                                           "tls",     "name",       "store",  "deadline", "timer",
                                                           "task",    "signal",     "other"};

std::string textOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) { return error.what(); } catch (...) {
    return "an exception of no known type";
  }
}

}  // namespace

std::string_view eventSourceName(EventSource source) { return names[static_cast<std::size_t>(source)]; }

void Firewall::caught(EventSource source, std::string_view leg) noexcept {
  ++counts_[static_cast<std::size_t>(source)];
  const std::exception_ptr exception = std::current_exception();
  if (tell_) {
    try {
      return tell_({source, std::string(leg), textOf(exception)});
    } catch (...) { return; }  // telling needs memory, and memory may be what there is none of; the counter has it
  }
  if (first_ == nullptr) first_ = exception;
  if (stop_) stop_();
}

void Firewall::rethrow() {
  if (first_ != nullptr) std::rethrow_exception(std::exchange(first_, nullptr));
}

std::uint64_t Firewall::count() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t(0)); }

}  // namespace bridge
