// SPDX-License-Identifier: GPL-2.0-or-later
// libev loop with libwebsockets as guest (foreign loop): the default poll() loop of libwebsockets is never used.
#include "bridge/loop.h"

#include <csignal>
#include <stdexcept>
#include <utility>

#include "bridge/lws_sink.h"
#include "bridge/resolver.h"
#include "bridge/watch.h"

namespace bridge {

Loop::Loop(LogSink errors) {
  lws_set_log_level(errors == nullptr ? 0 : LLL_ERR, errors);
  loop_ = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
  if (loop_ == nullptr) throw std::runtime_error("cannot create an epoll event loop");
  ev_set_userdata(loop_, &firewall_);
  firewall_.onBroken([this] { ev_break(loop_, EVBREAK_ALL); });
  turns_ = std::make_unique<TurnMeter>(loop_);
  bindWatcher<EventSource::Deadline, &Loop::onTick>(tick_, *this);
  ev_timer_set(&tick_, Deadlines::tickMs / 1000.0, Deadlines::tickMs / 1000.0);
  deadlines_ = std::make_unique<Deadlines>(systemClock(), [this] { ev_timer_again(loop_, &tick_); });
  deadlines_->behind(&firewall_);
  bindWatcher<EventSource::Task, &Loop::runPosted>(wake_, *this);
  ev_async_start(loop_, &wake_);
  createContext();
}

void Loop::createContext() {
  lws_context_creation_info info{};
  void* foreign[1] = {loop_};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.http_proxy_address = noProxy;
  info.foreign_loops = foreign;
  info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                 LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
  info.pt_serv_buf_size = lwsReadSize;
  info.max_http_header_data2 = lwsHeaderSize;
  info.timeout_secs = lwsFallbackTimeoutS;
  info.connect_timeout_secs = lwsFallbackTimeoutS;
  info.retry_and_idle_policy = &noIdlePolicy;
  info.protocols = sinkProtocols;
  info.user = &firewall_;
  lws_ = lws_create_context(&info);
  if (lws_ != nullptr) {
    info.vhost_name = "plain";
    info.user = nullptr;
    info.options = 0;  // no TLS context for it
    plainVhost_ = lws_create_vhost(lws_, &info);
  }
  if (plainVhost_ == nullptr) throw std::runtime_error("cannot start libwebsockets on libev (libwebsockets-evlib-ev?)");
}

Loop::~Loop() {
  resolver_.reset();
  lws_context_destroy(lws_);
  ev_async_stop(loop_, &wake_);
  ev_timer_stop(loop_, &tick_);
  deadlines_.reset();
  turns_.reset();
  ev_loop_destroy(loop_);
}

void Loop::run() {
  ev_run(loop_, 0);
  firewall_.rethrow();
}

void Loop::stop() {
  post([this] { ev_break(loop_, EVBREAK_ALL); });
}

void Loop::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) ev_async_send(loop_, &wake_);
}

void Loop::runPosted(int) {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) {
    firewall_.run(EventSource::Task, {}, [&] {
      task();
      task = nullptr;  // what it owns dies before the next one runs
    });
  }
}

Resolver& Loop::resolver() {
  if (!resolver_) resolver_ = std::make_unique<Resolver>(*this);
  return *resolver_;
}

Timer::Timer(Loop& loop) : loop_(loop) { bindWatcher<EventSource::Timer, &Timer::fires>(timer_, *this); }

void Timer::fires(int) {
  const auto task = task_;  // survives the timer's own destruction
  (*task)();
}

Timer::~Timer() { stop(); }

void Timer::begin(std::chrono::milliseconds after, std::chrono::milliseconds period, std::function<void()> task) {
  stop();
  task_ = std::make_shared<std::function<void()>>(std::move(task));
  ev_timer_set(&timer_, static_cast<double>(after.count()) / 1000.0, static_cast<double>(period.count()) / 1000.0);
  ev_now_update(loop_.raw());  // libev counts from its cached time, which is old after long work
  ev_timer_start(loop_.raw(), &timer_);
}

void Timer::start(std::chrono::milliseconds after, std::function<void()> task) {
  begin(after, std::chrono::milliseconds(0), std::move(task));
}

void Timer::startEvery(std::chrono::milliseconds period, std::function<void()> task) {
  begin(period, period, std::move(task));
}

void Timer::stop() { ev_timer_stop(loop_.raw(), &timer_); }

SignalWatch::SignalWatch(Loop& loop, int signal, std::function<void()> task) : loop_(loop), task_(std::move(task)) {
  bindWatcher<EventSource::Signal, &SignalWatch::comes>(watch_, *this);
  ev_signal_set(&watch_, signal);
  ev_signal_start(loop_.raw(), &watch_);
}

void SignalWatch::comes(int) { task_(); }

SignalWatch::~SignalWatch() { ev_signal_stop(loop_.raw(), &watch_); }

}  // namespace bridge
