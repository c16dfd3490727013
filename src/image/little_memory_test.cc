// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A photo that the memory at hand does not suffice for is not called damaged.
#include "codecs.h"
#include "codecs_test.h"

#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <fstream>
#include <malloc.h>
#include <string>

#include <sys/resource.h>

extern "C" {
void __asan_init() __attribute__((weak));
void __tsan_init() __attribute__((weak));
}

namespace loci {
namespace {

/// A sanitizer's shadow memory is what a limit would meet.
bool sanitized() { return __asan_init != nullptr || __tsan_init != nullptr; }

/// While it lives, this process gets so many bytes more than it has.
class LittleMemory {
 public:
  explicit LittleMemory(size_t bytes) {
    ::malloc_trim(0);
    ::getrlimit(RLIMIT_AS, &before_);
    std::ifstream statm("/proc/self/statm");
    size_t pages = 0;
    statm >> pages;
    rlimit now = before_;
    now.rlim_cur = pages * 4096 + bytes;
    ::setrlimit(RLIMIT_AS, &now);
  }
  ~LittleMemory() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

Bytes encoded(const char* ending, const std::vector<int>& options) {
  const cv::Mat pixels(2400, 3200, CV_8UC3, cv::Scalar(90, 120, 200));
  Bytes bytes;
  cv::imencode(ending, pixels, bytes, options);
  return bytes;
}

TEST(DecodeImage, WithoutMemoryThePhotoIsNotToBlame) {
  if (sanitized()) GTEST_SKIP() << "a sanitizer's memory cannot be limited";
  // Large blocks come from the system and go back to it.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 17);
  struct Case {
    const char* what;
    Bytes bytes;
    int wanted;  // small: then not our pixels but the library's own memory is what is missing
  };
  const Case cases[] = {
      {"png", encoded(".png", {}), 0},
      {"jpeg", encoded(".jpg", {}), 0},
      {"progressive jpeg", encoded(".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1}), 100},
      {"webp", encoded(".webp", {cv::IMWRITE_WEBP_QUALITY, 101}), 0},
      {"tiff", encoded(".tif", {}), 0},
      {"bmp", encoded(".bmp", {}), 0},
  };
  for (const Case& c : cases) {
    DecodeOptions options;
    options.wanted_width = options.wanted_height = c.wanted;
    Status status;
    {
      const LittleMemory little(size_t{4} << 20);
      status = decode_image(c.bytes, c.what, options).status();
    }
    EXPECT_EQ(status.code(), Code::kIo) << c.what << ": " << status.to_string();
    EXPECT_NE(status.message().find("emory"), std::string::npos) << status.message();
    EXPECT_TRUE(decode_image(c.bytes, c.what, options).ok()) << c.what;
  }
}

TEST(DecodeImage, OnlyALibrarysWordsOfMemoryAreTakenForIt) {
  for (const char* words : {"Insufficient memory (case 4)",
                            "Out of memory",
                            "No space for strip buffer",
                            "Failed to allocate memory for x (3 elements)"})
    EXPECT_TRUE(internal::is_out_of_memory(words)) << words;
  for (const char* words :
       {"Memory allocation of 9 bytes is beyond the 8 byte limit", "bad memory layout", ""})
    EXPECT_FALSE(internal::is_out_of_memory(words)) << words;
}

}  // namespace
}  // namespace loci
