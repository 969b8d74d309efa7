// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets and timers of c-ares as watchers of the loop.
#include "bridge/name_lookup.h"

#include <sys/time.h>

#include <utility>

#include "bridge/descriptors.h"
#include "bridge/watch.h"

namespace bridge {

namespace {

void append(std::vector<NetAddress>& addresses, const ares_addrinfo* found) {
  for (const ares_addrinfo_node* each = found->nodes; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET || each->ai_family == AF_INET6)
      addresses.push_back(NetAddress::from(each->ai_addr, static_cast<socklen_t>(each->ai_addrlen)));
  }
}

}  // namespace

NameLookup::NameLookup(Loop& loop, std::string name, const ResolverOptions& options, Done done)
    : loop_(loop), name_(std::move(name)), done_(std::move(done)), retry_(loop), otherWait_(loop), end_(loop) {
  if (open(options)) ask(AF_UNSPEC, &NameLookup::onAll);
  if (!result_) {
    end_.start(options.total, [this] {
      fail("no answer from the name servers in time");
      proceed();
    });
    // Some name servers never answer a question for one of the families: the other's addresses are then enough (C5).
    otherWait_.start(options.otherFamily, [this] {
      ask(AF_INET, &NameLookup::onIpv4);
      proceed();
    });
  }
  proceed();
}

NameLookup::~NameLookup() {
  ending_ = true;
  channel_.reset();
  for (auto& [socket, watch] : watches_) ev_io_stop(loop_.raw(), &watch);
}

bool NameLookup::open(const ResolverOptions& options) {
  ares_options wanted{};
  int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  wanted.timeout = static_cast<int>(options.firstTry.count());
  wanted.tries = options.tries;
  wanted.sock_state_cb = &NameLookup::onSocket;
  wanted.sock_state_cb_data = this;
#ifdef ARES_OPT_QUERY_CACHE
  mask |= ARES_OPT_QUERY_CACHE;
  wanted.qcache_max_ttl = 0;  // a channel that lives for one name has nothing to remember
#endif
  ares_channel channel = nullptr;
  int status = ares_init_options(&channel, &wanted, mask);
  if (status == ARES_SUCCESS) {
    channel_.reset(channel);
    if (!options.servers.empty()) status = ares_set_servers_ports_csv(channel, options.servers.c_str());
  }
  if (status != ARES_SUCCESS) fail(ares_strerror(status));
  return status == ARES_SUCCESS;
}

void NameLookup::ask(int family, ares_addrinfo_callback callback) {
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_.get(), name_.c_str(), nullptr, &hints, callback, this);
}

void NameLookup::onAll(void* self, int status, int, ares_addrinfo* found) {
  auto& lookup = *static_cast<NameLookup*>(self);
  lookup.guarded([&] {
    if (lookup.ending_ || lookup.result_) return;
    if (status == ARES_SUCCESS && found->nodes != nullptr) {
      append(lookup.result_.emplace().addresses, found);
    } else {
      const std::string shortage = status == ARES_ECONNREFUSED ? descriptorShortage() : "";
      lookup.fail(shortage.empty() ? ares_strerror(status == ARES_SUCCESS ? ARES_ENODATA : status) : shortage);
    }
  });
  if (found != nullptr) ares_freeaddrinfo(found);
}

/// The question for both families goes on if this one brings nothing.
void NameLookup::onIpv4(void* self, int status, int, ares_addrinfo* found) {
  auto& lookup = *static_cast<NameLookup*>(self);
  lookup.guarded([&] {
    if (!lookup.ending_ && !lookup.result_ && status == ARES_SUCCESS && found->nodes != nullptr)
      append(lookup.result_.emplace().addresses, found);
  });
  if (found != nullptr) ares_freeaddrinfo(found);
}

void NameLookup::fail(const std::string& why) {
  if (!result_) result_.emplace().error = "cannot resolve " + name_ + ": " + why;
}

void NameLookup::onSocket(void* self, ares_socket_t socket, int readable, int writable) {
  auto& lookup = *static_cast<NameLookup*>(self);
  lookup.guarded([&] { lookup.watch(socket, readable, writable); });
}

void NameLookup::watch(ares_socket_t socket, int readable, int writable) {
  const auto [at, fresh] = watches_.try_emplace(socket);
  ev_io& watcher = at->second;
  if (fresh) bindWatcher<EventSource::Name, &NameLookup::onReady>(watcher, *this);
  ev_io_stop(loop_.raw(), &watcher);
  if (readable == 0 && writable == 0) {
    watches_.erase(at);
    return;
  }
  ev_io_set(&watcher, socket, (readable != 0 ? EV_READ : 0) | (writable != 0 ? EV_WRITE : 0));
  ev_io_start(loop_.raw(), &watcher);
}

/// C6: c-ares is C.
template <class Event>
void NameLookup::guarded(Event&& event) {
  if (loop_.firewall().run(EventSource::Name, name_, event)) return;
  result_.emplace().error = "internal error";
}

void NameLookup::onReady(ev_io& watch, int events) {
  process((events & EV_READ) != 0 ? watch.fd : ARES_SOCKET_BAD, (events & EV_WRITE) != 0 ? watch.fd : ARES_SOCKET_BAD);
}

void NameLookup::process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_.get(), readable, writable);
  proceed();
}

void NameLookup::proceed() {
  if (result_) {
    retry_.stop();
    otherWait_.stop();
    end_.stop();
    if (const Done done = std::exchange(done_, nullptr)) done(std::move(*result_));
    return;
  }
  timeval left{};
  if (ares_timeout(channel_.get(), nullptr, &left) == nullptr) return retry_.stop();
  // Rounded up: c-ares looks at its own clock and finds nothing due a moment too early.
  const std::chrono::milliseconds wait(static_cast<std::int64_t>(left.tv_sec) * 1000 + left.tv_usec / 1000 + 1);
  retry_.start(wait, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
}

}  // namespace bridge
