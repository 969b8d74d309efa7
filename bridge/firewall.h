// SPDX-License-Identifier: GPL-2.0-or-later
// Where exceptions end: every source of events runs its handlers behind the firewall of its loop (C6).
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bridge {

/// Who calls into our code; one row each in firewall.cpp.
enum class EventSource : std::uint8_t {
  Request,     ///< An HTTP request at its handler.
  Connection,  ///< A connection that was accepted: bytes, ends, deadlines.
  Accept,      ///< A listening socket.
  Call,        ///< A request of ours to a charger.
  WebSocket,   ///< A WebSocket, either side.
  Tls,         ///< OpenSSL, within a handshake.
  Name,        ///< An answer of the resolver.
  Store,       ///< What the store tells.
  Deadline,
  Timer,
  Task,  ///< Posted to the loop.
  Signal,
  Other,  ///< A watcher of libev or an event of libwebsockets that is none of these.
};
constexpr std::size_t eventSources = 13;

/// The word of a source for log and /health.
std::string_view eventSourceName(EventSource source);

/// One for each loop. An exception that a handler throws is counted and told here, and goes no further: libev and
/// libwebsockets are C, and the other legs have done nothing wrong. Who runs a handler closes the leg it was for.
class Firewall {
 public:
  struct Caught {
    EventSource source;
    std::string leg;   ///< Whose handler it was, such as an identity or an address; "" when it is not known.
    std::string what;  ///< The text of the exception.
  };
  using Tell = std::function<void(const Caught&)>;

  Firewall() = default;
  Firewall(const Firewall&) = delete;
  Firewall& operator=(const Firewall&) = delete;

  /// Runs `work`; false when it threw.
  template <class Work>
  bool run(EventSource source, std::string_view leg, Work&& work) noexcept {
    try {
      std::forward<Work>(work)();
      return true;
    } catch (...) {
      caught(source, leg);
      return false;
    }
  }

  /// Who hears of what was caught. Without anybody the first exception is thrown again by rethrow(), which Loop::run()
  /// calls when it has left libev: so a program that does not care ends with its reason, and a test fails.
  void onCaught(Tell tell) { tell_ = std::move(tell); }
  void rethrow();
  std::uint64_t count(EventSource source) const { return counts_[static_cast<std::size_t>(source)]; }
  std::uint64_t count() const;
  /// An exception waits for rethrow().
  bool broken() const { return first_ != nullptr; }
  /// Called when an exception waits for rethrow().
  void onBroken(std::function<void()> stop) { stop_ = std::move(stop); }

 private:
  void caught(EventSource source, std::string_view leg) noexcept;

  Tell tell_;
  std::function<void()> stop_;
  std::exception_ptr first_;
  std::array<std::uint64_t, eventSources> counts_{};
};

}  // namespace bridge
