// SPDX-License-Identifier: GPL-2.0-or-later
// C4: limits follow from what the system gives, and who comes when there is no descriptor left is served all the same.
#include "bridge/system_limits.h"

#include <filesystem>
#include <fstream>

#include "bridge/http_server.h"
#include "tests/support/few_descriptors.h"
#include "tests/unit/bridge/store_fixture.h"

using bridge::InputLimits;
using bridge::SystemLimits;
using test::FewDescriptors;
using test::RawPeer;
using test::waitFor;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

void write(const std::string& file, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::ofstream(file) << text << "\n";
}

}  // namespace

TEST(systemLimitsDerived,
     "C4: what the operator leaves open follows from descriptors and memory; all of it together fits") {
  for (const std::uint64_t descriptors : {256, 1024, 4096, 65536, 1048576})
    for (const bool embedded : {false, true}) {
      InputLimits limits;
      CPPUNIT_ASSERT(bridge::fitToSystem(limits, {descriptors, 512 * mebibyte}, embedded).empty());
      const std::uint64_t ends = embedded ? 2 : 1;
      CPPUNIT_ASSERT(limits.connections + ends * limits.webSockets + limits.calls + 64 <= descriptors);
      CPPUNIT_ASSERT(limits.connections >= 64 && limits.webSockets >= 32 && limits.calls >= 24);
      CPPUNIT_ASSERT_EQUAL(64U, limits.unfinished);
    }
  InputLimits limits;
  bridge::fitToSystem(limits, {1048576, 64 * 1024 * mebibyte}, false);
  CPPUNIT_ASSERT_EQUAL(60000U, limits.connections);
  CPPUNIT_ASSERT_EQUAL(10000U, limits.calls);
  CPPUNIT_ASSERT_EQUAL(256U, limits.unfinished);
}

TEST(systemLimitsCut,
     "C4: a limit that the operator has named holds as far as the system gives it, else a line says so") {
  InputLimits limits;
  limits.connections = 100;
  limits.unfinished = 100;
  CPPUNIT_ASSERT(bridge::fitToSystem(limits, {4096, 512 * mebibyte}, false).empty());
  CPPUNIT_ASSERT(limits.connections == 100 && limits.unfinished == 100);
  limits.connections = 5000;
  limits.unfinished = 1000;
  const auto told = bridge::fitToSystem(limits, {4096, 512 * mebibyte}, false);
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), told.size());
  CPPUNIT_ASSERT(told[0].find("max-connections: 5000") != std::string::npos);
  CPPUNIT_ASSERT(told[0].find("4096 descriptors") != std::string::npos);
  CPPUNIT_ASSERT(told[1].find("max-unfinished: 1000") != std::string::npos);
  CPPUNIT_ASSERT(limits.connections < 4096 && limits.unfinished == 256);
}

TEST(systemLimitsMemory,
     "C4: memory is the least that the machine or a cgroup around the process gives, in both hierarchies") {
  const test::TempDir dir;
  const std::string& root = dir.path();
  const std::uint64_t machine = bridge::memoryLimit(root);
  CPPUNIT_ASSERT(machine > 0);
  write(root + "/proc/self/cgroup", "0::/system.slice/bridge.service");
  CPPUNIT_ASSERT_EQUAL(machine, bridge::memoryLimit(root));
  write(root + "/sys/fs/cgroup/system.slice/bridge.service/memory.max", "max");
  CPPUNIT_ASSERT_EQUAL(machine, bridge::memoryLimit(root));
  write(root + "/sys/fs/cgroup/system.slice/memory.max", "50000000");
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(50000000), bridge::memoryLimit(root));
  write(root + "/sys/fs/cgroup/system.slice/bridge.service/memory.max", "40000000");
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(40000000), bridge::memoryLimit(root));
  write(root + "/proc/self/cgroup", "3:cpu,memory:/docker/x\n2:cpuset:/");
  write(root + "/sys/fs/cgroup/memory/memory.limit_in_bytes", "30000000");
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(30000000), bridge::memoryLimit(root));
}

TEST(descriptorsGiveWay, "C4: without a descriptor left an idle connection gives way to a new one; that is told once") {
  bridge::Loop loop;
  std::vector<bool> told;
  bridge::HttpServerOptions options;
  options.onDescriptors = [&](bool none) { told.push_back(none); };
  bridge::HttpServer server(loop, options, [](bridge::HttpRequest&&, const bridge::Responder& responder) {
    responder.respond(bridge::textResponse(200, "served"));
  });
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  // The peers' ends are opened before, so that only the server runs out.
  std::vector<int> sockets;
  for (int i = 0; i < 8; ++i) sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = *bridge::NetAddress::parse("127.0.0.1", server.port());
  const FewDescriptors few(3);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (const int socket : sockets) {
    CPPUNIT_ASSERT_EQUAL(0, ::connect(socket, address.get(), address.length));
    peers.push_back(std::make_unique<RawPeer>(loop, socket));
    peers.back()->send(get);
    waitFor(loop, "the answer", [&] { return peers.back()->saw("served"); });
  }
  CPPUNIT_ASSERT(server.connections() <= 3);
  CPPUNIT_ASSERT(peers.front()->ended && !peers.back()->ended);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(5), server.counters().gaveWay);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), told.size());
  CPPUNIT_ASSERT(told.front());
}

TEST(descriptorsBusy, "C4: when nobody is idle the server waits without spinning, and serves when there is one again") {
  bridge::Loop loop;
  bridge::Responder waiting;
  bridge::HttpServer server(
      loop, {}, [&](bridge::HttpRequest&&, bridge::Responder responder) { waiting = std::move(responder); });
  std::vector<int> sockets;
  for (int i = 0; i < 2; ++i) sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = *bridge::NetAddress::parse("127.0.0.1", server.port());
  const FewDescriptors few(1);
  RawPeer busy(loop, sockets[0]), late(loop, sockets[1]);
  CPPUNIT_ASSERT_EQUAL(0, ::connect(sockets[0], address.get(), address.length));
  busy.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  waitFor(loop, "the request", [&] { return waiting.alive(); });
  CPPUNIT_ASSERT_EQUAL_MESSAGE("nobody had to give way to nobody", std::uint64_t(0), server.counters().gaveWay);
  CPPUNIT_ASSERT_EQUAL(0, ::connect(sockets[1], address.get(), address.length));
  late.send("GET / HTTP/1.1\r\n\r\n");
  const std::uint64_t before = loop.turns().number();
  test::serveFor(loop, 350);
  CPPUNIT_ASSERT_MESSAGE("turns while it waits", loop.turns().number() - before < 50);
  waiting.respond(bridge::textResponse(200, "served"));
  busy.close();
  waitFor(loop, "the late one", [&] { return waiting.alive(); });
}
