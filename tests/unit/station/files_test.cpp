// SPDX-License-Identifier: GPL-2.0-or-later
// Diagnostics and firmware: uploads, downloads, installations, and restarts in between.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

TEST(stationDiagnostics, "diagnostics are uploaded, retried as asked, and their end is reported") {
  StationHarness h;
  h.clear();
  const auto got = h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, 2, 30});
  CPPUNIT_ASSERT_EQUAL(std::string("diagnostics.log"), std::string(*got.fileName));
  h.board([&](Station& s) { s.uploaded(UploadProgress::Failed, h.now); });
  h.pass(seconds(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Upload>().size());
  h.board([&](Station& s) { s.uploaded(UploadProgress::Uploaded, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Uploading Uploaded "), h.heardOfFiles());
  h.clear();
  h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}});
  h.board([&](Station& s) { s.uploaded(UploadProgress::Failed, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Uploading UploadFailed "), h.heardOfFiles());
  Settings s = plain(Version::V15);
  s.diagnosticsName = "";
  StationHarness none(s);
  CPPUNIT_ASSERT(!none.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}}).fileName);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), none.effects<Upload>().size());
}

TEST(stationFirmware, "firmware is loaded at its time, waits for transactions, and its end is told after the restart") {
  StationHarness h;
  h.clear();
  h.call<UpdateFirmware>({{h.wall() + minutes(10), true}, Uri("http://x/fw"), 1, 60});
  h.pass(minutes(9));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.effects<Download>().size());
  h.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Download>().size());
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });
  h.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Download>().size());
  h.begin();
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  CPPUNIT_ASSERT(h.effects<Install>().empty() && h.charging());
  h.unplug(1);
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Install>().size());
  CPPUNIT_ASSERT(h.status() == CPStatus::Unavailable);
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Hard}).status == ResetStatus::Rejected);
  h.cutPower();
  PowerUp state;
  state.firmwareInstalled = true;
  h.power(true, state);
  CPPUNIT_ASSERT_EQUAL(std::string("Downloading Downloading Downloaded Installing Installed "), h.heardOfFiles());
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
}

TEST(stationFirmwareFails, "a download that fails for good, or an installation that does, is reported; 1.5 says less") {
  StationHarness h;
  h.clear();
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  h.pass(seconds(1));
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Downloading DownloadFailed "), h.heardOfFiles());
  StationHarness old(plain(Version::V15));
  old.clear();
  old.call<UpdateFirmware>({{old.wall(), true}, Uri("http://x/fw"), {}, {}});
  old.pass(seconds(1));
  old.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, old.now); });
  old.board([&](Station& s) { s.firmware(FirmwareProgress::InstallationFailed, old.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Downloaded InstallationFailed "), old.heardOfFiles());
}

TEST(stationFilesCut, "an update that a power cut interrupts starts anew; its news wait for the central system") {
  StationHarness h;
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Download>().size());
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Download>().size());
  h.central.up = false;
  h.clear();
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });  // says nothing any more
  CPPUNIT_ASSERT(!h.ask(UpdateFirmware::Request{{h.wall(), true}, Uri("http://x/fw"), {}, {}}));
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Installed, h.now); });
  h.clear();
  h.central.up = true;
  h.pass(minutes(6));
  CPPUNIT_ASSERT_EQUAL(std::string("Downloaded Installing Installed "), h.heardOfFiles());
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.cutPower();
  h.power();
  h.pass(seconds(1));
  CPPUNIT_ASSERT(h.heardOfFiles().find("InstallationFailed") != std::string::npos);
}

TEST(stationUploadCut,
     "an upload that a power cut interrupts is made again, three times at most, and its end is told") {
  StationHarness h;
  const DateTime from{h.wall() - hours(2), true};
  h.call<GetDiagnostics>({Uri("ftp://x/"), from, {}, {}, {}});
  for (int cut = 1; cut <= 3; ++cut) {
    h.clear();
    h.cutPower();
    h.power();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Upload>().size());
    CPPUNIT_ASSERT(h.effects<Upload>()[0].location == "ftp://x/" && h.effects<Upload>()[0].from == from.at);
    CPPUNIT_ASSERT_EQUAL(std::string(), h.heardOfFiles());
  }
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Upload>().size());
  CPPUNIT_ASSERT_EQUAL(std::string("UploadFailed "), h.heardOfFiles());
  h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}});
  h.power();
  h.board([&](Station& s) { s.uploaded(UploadProgress::Uploaded, h.now); });
  h.clear();
  h.power();
  CPPUNIT_ASSERT(h.effects<Upload>().empty() && h.heardOfFiles().empty());
}

TEST(stationDownloadCut, "a download that ends in a restart again and again is given up and reported") {
  StationHarness h;
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  for (int cut = 1; cut <= 3; ++cut) h.power();
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), h.effects<Download>().size());
  h.clear();
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::string("DownloadFailed "), h.heardOfFiles());
  CPPUNIT_ASSERT(h.effects<Download>().empty() && h.status() == ChargePointStatus::Available);
}

TEST(stationFileNews,
     "how an upload or an update ended is told once, also when the power goes before it could be said") {
  StationHarness h;
  h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}});
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  h.central.up = false;
  h.board([&](Station& s) { s.uploaded(UploadProgress::Uploaded, h.now); });
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Installed, h.now); });
  h.cutPower();
  h.power();
  h.cutPower();
  h.clear();
  h.central.up = true;
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::string("Uploaded Installed "), h.heardOfFiles());
  h.clear();
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::string(), h.heardOfFiles());
}
