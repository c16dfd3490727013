// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"

#include "loci/base/npy.h"
#include "loci/base/sha256.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace loci {
namespace {

TEST(WriteFile, ReplacesTheOldContentWhole) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "a", std::string_view("first")).ok());
  ASSERT_TRUE(write_file(folder / "a", std::string_view("second")).ok());
  EXPECT_EQ(read_text_file(folder / "a").value(), "second");
  EXPECT_EQ(list_files(folder.path(), {}).value().size(), 1u);
}

TEST(WriteFile, FullDiskLeavesTheOldContent) {
  // /dev/full cannot be renamed onto, so the full disk is a folder that vanished: creation fails, nothing appears.
  const TempFolder folder;
  EXPECT_EQ(write_file(folder / "gone/a", std::string_view("x")).code(), Code::kNotFound);
}

TEST(WriteFile, ALinkStaysALinkAndItsTargetIsWritten) {
  const TempFolder folder;
  ASSERT_TRUE(make_folders(folder / "sub").ok());
  ASSERT_TRUE(write_file(folder / "sub/target", std::string_view("old")).ok());
  ASSERT_EQ(::symlink("sub/target", (folder / "link").c_str()), 0);
  ASSERT_EQ(::symlink("sub/new", (folder / "dangling").c_str()), 0);
  ASSERT_EQ(::symlink("round", (folder / "round").c_str()), 0);
  ASSERT_TRUE(write_file(folder / "link", std::string_view("new")).ok());
  ASSERT_TRUE(write_file(folder / "dangling", std::string_view("made")).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "sub/target").value(), "new");
  EXPECT_EQ(read_text_file(folder / "sub/new").value(), "made");
  EXPECT_EQ(write_file(folder / "round", std::string_view("x")).code(), Code::kInvalidArgument);
}

TEST(WriteFile, TheModeOfAnOldFileStays) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "secret", std::string_view("old")).ok());
  ASSERT_EQ(::chmod((folder / "secret").c_str(), 0600), 0);
  ASSERT_TRUE(write_file(folder / "secret", std::string_view("new")).ok());
  struct stat info {};
  ASSERT_EQ(::stat((folder / "secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST(WriteFile, WhatIsNoRegularFileIsWrittenToAsItIs) {
  const TempFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_TRUE(write_file(pipe, std::string_view("through")).ok());
  char got[16] = {};
  EXPECT_EQ(::read(reader, got, sizeof got), 7);
  ::close(reader);
  EXPECT_STREQ(got, "through");
  struct stat info {};
  ASSERT_EQ(::stat(pipe.c_str(), &info), 0);
  EXPECT_TRUE(S_ISFIFO(info.st_mode));
  // A descriptor by its name goes on where it stands.
  const int fd = ::open((folder / "log").c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(::write(fd, "first ", 6), 6);
  ASSERT_TRUE(write_file("/dev/fd/" + std::to_string(fd), std::string_view("second")).ok());
  ::close(fd);
  EXPECT_EQ(read_text_file(folder / "log").value(), "first second");
  EXPECT_EQ(write_file("/dev/full", std::string_view("x")).code(), Code::kIo);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST(WriteFile, AsLongANameAsThereCanBe) {
  const TempFolder folder;
  const std::string name = folder / std::string(255, 'n');
  ASSERT_TRUE(write_file(name, std::string_view("x")).ok());
  EXPECT_EQ(read_text_file(name).value(), "x");
}

TEST(FileWriter, WithoutCommitNothingAppears) {
  const TempFolder folder;
  {
    auto writer = FileWriter::create(folder / "a").value();
    ASSERT_TRUE(writer.write("xyz", 3).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ReadFile, TooLargeIsRefusedAndAFolderIsNoFile) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "a", std::string_view("12345")).ok());
  EXPECT_EQ(read_file(folder / "a", 4).status().code(), Code::kCorrupt);
  EXPECT_EQ(read_file(folder.path()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(read_file(folder / "b").status().code(), Code::kNotFound);
}

TEST(ListFiles, FoldersOfTheSystemAreNotEnteredAndNumbersAreInOrder) {
  const TempFolder folder;
  for (const char* name : {"@eaDir/a.jpg/thumb.jpg",
                           "#recycle/b.jpg",
                           "$RECYCLE.BIN/c.jpg",
                           "lost+found/d.jpg",
                           "frame_10.jpg",
                           "frame_9.jpg",
                           "recycled paper/e.jpg"}) {
    const std::string path = folder / name;
    ASSERT_TRUE(make_folders(std::filesystem::path(path).parent_path().string()).ok());
    ASSERT_TRUE(write_file(path, std::string_view("x")).ok());
  }
  std::vector<std::string> system;
  EXPECT_EQ(list_files(folder.path(), {".jpg"}, nullptr, Links::kAll, &system).value(),
            (std::vector<std::string>{"frame_9.jpg", "frame_10.jpg", "recycled paper/e.jpg"}));
  EXPECT_EQ(system.size(), 4u);
}

TEST(ListFiles, LoopsOfLinksEndAndOddNamesAreKept) {
  const TempFolder folder;
  ASSERT_TRUE(make_folders(folder / "sub").ok());
  for (const char* name :
       {"a b.jpg", "quote'\".JPG", "line\nbreak.jpg", "\xC3\xA9.jpg", "notes.txt", "sub/c.jpg"}) {
    ASSERT_TRUE(write_file(folder / name, std::string_view("x")).ok());
  }
  ASSERT_EQ(::symlink("..", (folder / "sub/up").c_str()), 0);
  ASSERT_EQ(::symlink("self", (folder / "self").c_str()), 0);
  std::vector<std::string> problems;
  const auto found = list_files(folder.path(), {".jpg"}, &problems).value();
  EXPECT_EQ(found,
            (std::vector<std::string>{
                "a b.jpg", "line\nbreak.jpg", "quote'\".JPG", "sub/c.jpg", "\xC3\xA9.jpg"}));
}

TEST(Npy, MatrixRoundTrips) {
  const TempFolder folder;
  Matrix matrix(2, 3);
  for (int i = 0; i < 6; ++i) matrix.data()[i] = static_cast<float>(i) - 2.5f;
  ASSERT_TRUE(write_npy(folder / "m.npy", matrix).ok());
  const NpyArray back = read_npy(folder / "m.npy").value();
  EXPECT_EQ(back.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(back.values, (std::vector<double>{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}));
}

TEST(Npy, PickledObjectsAndHugeShapesAreRefused) {
  const auto npy = [](const std::string& dict) {
    std::string text =
        std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(dict.size()) + '\0' + dict;
    return std::vector<uint8_t>(text.begin(), text.end());
  };
  EXPECT_EQ(
      parse_npy(npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}"), "f").status().code(),
      Code::kUnsupported);
  EXPECT_EQ(
      parse_npy(
          npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}"),
          "f")
          .status()
          .code(),
      Code::kCorrupt);
  EXPECT_EQ(parse_npy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), "f")
                .status()
                .code(),
            Code::kCorrupt);
}

TEST(Sha256, MatchesTheStandardsExamples) {
  const std::string abc = "abc";
  EXPECT_EQ(sha256_hex({reinterpret_cast<const uint8_t*>(abc.data()), abc.size()}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<uint8_t> million(1'000'000, 'a');
  EXPECT_EQ(sha256_hex(million),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(InputFile, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder / "pipe", std::string("/dev/zero"), folder.path()}) {
    EXPECT_EQ(read_file(path).status().code(), Code::kInvalidArgument) << path;
    EXPECT_EQ(MappedFile::open(path).status().code(), Code::kInvalidArgument) << path;
    EXPECT_EQ(read_file_head(path, 16).status().code(), Code::kInvalidArgument) << path;
  }
  EXPECT_NE(read_file(folder / "pipe").status().message().find("is not a regular file"),
            std::string::npos);
}

TEST(MappedFile, CutShortWhileMappedReadsAsZerosAndSaysSo) {
  const TempFolder folder;
  const std::string path = folder / "a";
  ASSERT_TRUE(write_file(path, std::string(100'000, 'x')).ok());
  const MappedFile file = MappedFile::open(path).value();
  const MappedFile other = MappedFile::open(path).value();
  EXPECT_EQ(file.bytes()[50'000], 'x');
  ASSERT_EQ(::truncate(path.c_str(), 5'000), 0);
  EXPECT_EQ(file.bytes()[99'999], 0);
  EXPECT_EQ(file.bytes()[4'000], 'x');
  EXPECT_EQ(file.intact().code(), Code::kCorrupt);
  EXPECT_NE(file.intact().message().find("cut short"), std::string::npos);
  EXPECT_TRUE(other.intact().ok()) << "nobody has asked it for what is gone";
}

TEST(MappedFile, ManyThreadsSurviveTheSameCut) {
  const TempFolder folder;
  const std::string path = folder / "a";
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(write_file(path, std::string(1 << 20, 'x')).ok());
    const MappedFile file = MappedFile::open(path).value();
    std::vector<std::jthread> readers;
    std::atomic<int> sum{0};
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&] {
        for (const uint8_t byte : file.bytes()) sum += byte;
      });
    }
    ASSERT_EQ(::truncate(path.c_str(), 0), 0);
    readers.clear();
    EXPECT_TRUE(sum >= 0);
  }
}

void fault_elsewhere() {
  const TempFolder folder;
  (void)write_file(folder / "a", std::string(10'000, 'x'));
  const MappedFile ours = MappedFile::open(folder / "a").value();
  const int fd = ::open((folder / "a").c_str(), O_RDONLY);
  const volatile char* theirs =
      static_cast<char*>(::mmap(nullptr, 10'000, PROT_READ, MAP_SHARED, fd, 0));
  (void)::truncate((folder / "a").c_str(), 0);
  (void)theirs[9'000];
}

TEST(MappedFileDeathTest, FaultsOfOthersEndAsBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto ended = [](int status) {  // a sanitizer ends the process itself
    return testing::KilledBySignal(SIGBUS)(status) || testing::ExitedWithCode(1)(status);
  };
  EXPECT_EXIT(fault_elsewhere(), ended, "");
}

TEST(AbandonedFiles, ThoseOfDeadProcessesGoAndNoOthers) {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = FileWriter::create(folder / "photo.xmp");
    (void)writer.value().write("x", 1);
    ::_exit(0);  // as killed: no destructor runs
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(list_files(folder.path(), {}).value().size(), 1u);
  auto living = FileWriter::create(folder / "b");  // and another folder's first writer sweeps
  ASSERT_TRUE(living.ok());
  for (const char* name : {"notes.tmp-x-1", "a.tmp-1-2-3", "a.tmp-0-1", ".tmp-99999999-0"}) {
    std::ofstream(folder / name) << "mine";
  }
  remove_abandoned_files(folder.path());
  const auto left = list_files(folder.path(), {}).value();
  EXPECT_EQ(left.size(), 4u) << testing::PrintToString(left);
  EXPECT_TRUE(living->commit().ok());
}

TEST(ListFiles, LinksThatLeadOutAreFollowedOnRequestOnly) {
  const TempFolder folder, elsewhere;
  ASSERT_TRUE(make_folders(folder / "sub").ok());
  for (const std::string& path :
       {folder / "sub/a.jpg", elsewhere / "secret.jpg", elsewhere / "notes.txt"}) {
    ASSERT_TRUE(write_file(path, std::string_view("x")).ok());
  }
  ASSERT_EQ(::symlink(elsewhere.path().c_str(), (folder / "out").c_str()), 0);
  ASSERT_EQ(::symlink((elsewhere / "secret.jpg").c_str(), (folder / "one.jpg").c_str()), 0);
  ASSERT_EQ(::symlink("sub/a.jpg", (folder / "in.jpg").c_str()), 0);
  ASSERT_EQ(::symlink("/proc", (folder / "proc").c_str()), 0);
  std::vector<std::string> problems;
  EXPECT_EQ(list_files(folder.path(), {".jpg"}, &problems, Links::kWithin).value(),
            (std::vector<std::string>{"in.jpg", "sub/a.jpg"}));
  EXPECT_EQ(problems.size(), 3u) << testing::PrintToString(problems);
  problems.clear();
  EXPECT_EQ(list_files(folder.path(), {".jpg"}, &problems, Links::kAll).value(),
            (std::vector<std::string>{"in.jpg", "one.jpg", "out/secret.jpg", "sub/a.jpg"}));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("system's own state"), std::string::npos);
}

}  // namespace
}  // namespace loci
