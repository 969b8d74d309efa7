// SPDX-License-Identifier: GPL-2.0-or-later
// The one event loop of a shard: libev with libwebsockets as its guest, timers, signals and calls from other threads.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "bridge/deadlines.h"
#include "bridge/firewall.h"
#include "bridge/turn_meter.h"

namespace bridge {

class Resolver;

/// Owns the libev loop (epoll) and the libwebsockets context living on it. Everything built on a Loop must be destroyed
/// before it, on its thread. All members are for the loop thread only, except post() and stop().
class Loop {
 public:
  /// Gets libwebsockets' own error lines; process-wide, as libwebsockets has it.
  using LogSink = void (*)(int level, const char* line);

  /// Throws std::runtime_error if epoll or libwebsockets' libev plugin is not available.
  explicit Loop(LogSink errors = nullptr);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves events until stop(). May be called again after it returned. Throws what a handler threw if nobody listens
  /// to the firewall.
  void run();
  /// Makes run() return after the current event; a stop() before run() makes the next run() return at once.
  /// Thread-safe.
  void stop();
  /// Runs `task` on the loop, in posting order, never inside post() itself. Thread-safe. Tasks left over when the Loop
  /// is destroyed are dropped unrun.
  void post(std::function<void()> task);

  struct ev_loop* raw() const {
    return loop_;
  }
  lws_context* lws() const { return lws_; }
  /// The virtual host for everything without TLS. It listens nowhere.
  lws_vhost* plainVhost() const { return plainVhost_; }
  Deadlines& deadlines() { return *deadlines_; }
  /// Behind it runs everything that the loop calls.
  Firewall& firewall() { return firewall_; }
  TurnMeter& turns() { return *turns_; }
  /// Resolves names; made with the first question.
  Resolver& resolver();

 private:
  void runPosted(int events);
  void onTick(int) { deadlines_->advance(); }
  void createContext();

  Firewall firewall_;
  struct ev_loop* loop_ = nullptr;
  std::unique_ptr<TurnMeter> turns_;
  ev_async wake_{};
  ev_timer tick_{};  // of deadlines_
  std::unique_ptr<Deadlines> deadlines_;
  lws_context* lws_ = nullptr;
  lws_vhost* plainVhost_ = nullptr;
  std::unique_ptr<Resolver> resolver_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

/// One precise timer (a libev heap timer). For per-connection timeouts use Deadlines. Loop thread only.
/// The callback may start, stop or destroy the timer.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Calls `task` once, `after` from now; replaces what was started before.
  void start(std::chrono::milliseconds after, std::function<void()> task);
  /// Calls `task` each `period`, first after one period.
  void startEvery(std::chrono::milliseconds period, std::function<void()> task);
  void stop();
  bool active() const { return ev_is_active(&timer_); }

 private:
  void begin(std::chrono::milliseconds after, std::chrono::milliseconds period, std::function<void()> task);
  void fires(int events);

  Loop& loop_;
  ev_timer timer_{};
  std::shared_ptr<std::function<void()>> task_;
};

/// Calls `task` on the loop each time the process gets the signal. One Loop per process may watch a given signal.
class SignalWatch {
 public:
  SignalWatch(Loop& loop, int signal, std::function<void()> task);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void comes(int events);

  Loop& loop_;
  ev_signal watch_{};
  std::function<void()> task_;
};

}  // namespace bridge
