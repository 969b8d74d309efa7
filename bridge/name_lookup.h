// SPDX-License-Identifier: GPL-2.0-or-later
// One name asked by c-ares: /etc/hosts, search domains and DNS as the system is set up, on the loop, without a thread.
#pragma once

#include <ares.h>
#include <ev.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bridge/loop.h"
#include "bridge/resolver.h"

namespace bridge {

/// Each look-up has a c-ares channel of its own. So it reads /etc/resolv.conf and /etc/hosts as they are now, its UDP
/// port is drawn anew, and it can be ended alone, whatever the others wait for. Loop thread only.
class NameLookup {
 public:
  /// Called once, possibly from inside the constructor, and never from inside c-ares. It must not destroy the
  /// NameLookup.
  using Done = std::function<void(Resolved&&)>;

  NameLookup(Loop& loop, std::string name, const ResolverOptions& options, Done done);
  /// Ends it; `done` is not called any more.
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

 private:
  struct FreeChannel {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
  };
  using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, FreeChannel>;

  void watch(ares_socket_t socket, int readable, int writable);
  template <class Event>
  void guarded(Event&& event);
  static void onSocket(void* self, ares_socket_t socket, int readable, int writable);
  static void onAll(void* self, int status, int timeouts, ares_addrinfo* found);
  static void onIpv4(void* self, int status, int timeouts, ares_addrinfo* found);
  bool open(const ResolverOptions& options);
  void ask(int family, ares_addrinfo_callback callback);
  void onReady(ev_io& watch, int events);
  void process(ares_socket_t readable, ares_socket_t writable);
  /// After everything that c-ares did: says what came of it, or waits on.
  void proceed();
  void fail(const std::string& why);

  Loop& loop_;
  std::string name_;
  Done done_;
  std::optional<Resolved> result_;
  std::map<ares_socket_t, ev_io> watches_;
  Timer retry_;      // when c-ares wants to ask again
  Timer otherWait_;  // for the answer about one family, when the other has come
  Timer end_;
  bool ending_ = false;
  Channel channel_;  // first to go: it still calls onSocket()
};

}  // namespace bridge
