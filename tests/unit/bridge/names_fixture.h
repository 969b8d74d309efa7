// SPDX-License-Identifier: GPL-2.0-or-later
// For tests with names: a name server of the test's own on loopback, and an address that never answers.
#pragma once

#include <ev.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/resolver.h"
#include "tests/unit/bridge/io_fixture.h"

namespace test {

/// Answers questions for A and AAAA over UDP. A name that it does not know does not exist.
class NameServer {
 public:
  struct Name {
    std::vector<std::string> addresses;
    bool silent = false;      // never answers
    bool silentIpv6 = false;  // never answers a question for AAAA
  };

  explicit NameServer(bridge::Loop& loop) : loop_(loop), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    auto address = *bridge::NetAddress::parse("127.0.0.1");
    CPPUNIT_ASSERT_EQUAL(0, ::bind(socket_, address.get(), address.length));
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address.storage), &address.length);
    port_ = address.port();
    ev_io_init(
        &io_, [](struct ev_loop*, ev_io* io, int) { static_cast<NameServer*>(io->data)->onQuestion(); }, socket_,
        EV_READ);
    io_.data = this;
    ev_io_start(loop_.raw(), &io_);
    loop_.resolver().setOptions(options());
  }
  ~NameServer() {
    ev_io_stop(loop_.raw(), &io_);
    ::close(socket_);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  bridge::ResolverOptions options() const {
    bridge::ResolverOptions out;
    out.servers = "127.0.0.1:" + std::to_string(port_);
    return out;
  }

  std::map<std::string, Name> names;
  std::vector<std::string> questions;  // as `name A` or `name AAAA`

 private:
  void onQuestion() {
    char packet[512];
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const ssize_t size =
        ::recvfrom(socket_, packet, sizeof packet, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 17) return;
    std::string name;
    std::size_t at = 12;
    for (; packet[at] != 0; at += static_cast<std::size_t>(packet[at]) + 1)
      name += (name.empty() ? "" : ".") + std::string(packet + at + 1, static_cast<std::size_t>(packet[at]));
    const bool six = packet[at + 2] == 28;
    questions.push_back(name + (six ? " AAAA" : " A"));
    const auto known = names.find(name);
    if (known != names.end() && (known->second.silent || (six && known->second.silentIpv6))) return;
    std::string answer(packet, at + 5);
    answer[2] = static_cast<char>(0x84);
    answer[3] = static_cast<char>(known == names.end() ? 3 : 0);
    answer.replace(6, 6, 6, '\0');
    if (known != names.end()) {
      for (const std::string& each : known->second.addresses) addRecord(answer, each, six);
    }
    ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
  static void addRecord(std::string& answer, const std::string& text, bool six) {
    const auto address = *bridge::NetAddress::parse(text);
    if ((address.family() == AF_INET6) != six) return;
    const char* bytes =
        six ? reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr)
            : reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr);
    const char size = six ? 16 : 4;
    ++answer[7];
    answer += std::string("\xc0\x0c\0", 3) + (six ? '\x1c' : '\x01') + std::string("\0\x01\0\0\0\x3c\0", 7) + size;
    answer.append(bytes, static_cast<std::size_t>(size));
  }

  bridge::Loop& loop_;
  int socket_;
  std::uint16_t port_ = 0;
  ev_io io_{};
};

/// A port whose connections never come about: its queue is full and nobody takes from it.
class BlackHole {
 public:
  BlackHole(const std::string& host, std::uint16_t port) {
    const auto address = *bridge::NetAddress::parse(host, port);
    listener_ = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    CPPUNIT_ASSERT_EQUAL(0, ::bind(listener_, address.get(), address.length));
    CPPUNIT_ASSERT_EQUAL(0, ::listen(listener_, 0));
    for (int& each : full_) {
      each = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(each, address.get(), address.length);
    }
  }
  ~BlackHole() {
    for (const int each : full_) ::close(each);
    ::close(listener_);
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

 private:
  int listener_ = -1;
  int full_[3] = {-1, -1, -1};
};

/// How long something takes by a steady clock.
class Stopwatch {
 public:
  int ms() const {
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_).count());
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace test
