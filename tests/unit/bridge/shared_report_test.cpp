// SPDX-License-Identifier: GPL-2.0-or-later
// C2: /health walks over the chargers in slices, once a second however many ask.
#include "bridge/shared_report.h"

#include "tests/support/fake_outside.h"
#include "tests/unit/bridge/io_fixture.h"

using namespace bridge;

namespace {

struct Asker : AnswerSink {
  bool wants(std::uint64_t) const override { return answers == 0; }
  void answer(std::uint64_t, HttpResponse&& response) override {
    ++answers;
    text = response.shared ? *response.shared : response.body;
  }
  void breakOff(std::uint64_t, std::string_view) override {}
  void leaveUnanswered(std::uint64_t) override {}
  int answers = 0;
  std::string text;
};

}  // namespace

TEST(sharedReport, "C2: many requests in one second walk over the chargers once, in slices; a second later again") {
  constexpr int chargers = 1200;
  test::FakeOutside world(test::FakeOutside::Disk::None);
  world.options.autoRegister = true;
  world.start("{}");
  for (int i = 0; i < chargers; ++i) world.send("CP" + std::to_string(i), ocpp::Heartbeat::Request{});
  Loop loop;
  int begun = 0, seen = 0;
  SharedReport report(
      loop, world.shard(), std::chrono::seconds(1),
      {[&] { ++begun; }, [&](const std::string&, const Charger&) { ++seen; }, [&] { return std::to_string(seen); }});
  std::vector<std::shared_ptr<Asker>> askers;
  const auto ask = [&] {
    askers.push_back(std::make_shared<Asker>());
    report.answer(Responder(askers.back(), 1));
    return askers.back();
  };
  for (int i = 0; i < 50; ++i) ask();
  CPPUNIT_ASSERT_MESSAGE("a slice: " + std::to_string(seen), seen > 0 && seen <= 512 && askers[0]->answers == 0);
  test::waitFor(loop, "the text", [&] { return askers[0]->answers == 1; });
  for (const auto& each : askers) CPPUNIT_ASSERT_EQUAL(std::to_string(chargers), each->text);
  CPPUNIT_ASSERT_EQUAL(1, ask()->answers);
  CPPUNIT_ASSERT(begun == 1 && seen == chargers);
  world.loop.pass(std::chrono::milliseconds(1100));
  const auto later = ask();
  test::waitFor(loop, "another text", [&] { return later->answers == 1; });
  CPPUNIT_ASSERT(begun == 2 && seen == 2 * chargers);
}
