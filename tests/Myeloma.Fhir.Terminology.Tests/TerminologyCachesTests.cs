using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.Caching;
using Xunit;

namespace Myeloma.Fhir.Terminology.Tests;

/// <summary>When caches go, what is known of them afterwards, and that what they hold is counted.</summary>
public sealed class TerminologyCachesTests
{
    private readonly Clock clock = new();

    [Fact]
    public void A_cache_that_is_used_or_asked_after_stays_and_an_idle_one_goes()
    {
        var caches = new TerminologyCaches(TerminologyLimits.Default with { CacheIdleMinutes = 30 }, clock);
        var (used, asked, idle) = (caches.Start([System("a")], isSealed: true), caches.Start([System("a")], isSealed: false), caches.Start([System("a")], isSealed: true));
        for (var turn = 0; turn < 3; turn++)
        {
            clock.Now += TimeSpan.FromMinutes(20);
            Assert.Single(caches.Use(used, [], []).Documents);
            Assert.Equal(new TerminologyCacheState(false, 1, TimeSpan.FromMinutes(20)), caches.Check(asked));
        }

        Assert.Null(caches.Check(idle));
        Assert.Equal("CACHE_ID_EXPIRED", caches.Missing(idle).Details!.MessageId);
        Assert.Equal($"The terminology cache '{idle}' was not used for 30 minutes (setting Fhir:Terminology:CacheIdleMinutes) and is gone; mode=check keeps one: start one with $cache-control (mode=start) and send its resources again", caches.Missing(idle).Diagnostics);
        Assert.Equal(IssueType.NotFound, Assert.Throws<FhirException>(() => caches.Use(idle, [System("a")], [])).Issues[0].Type);
    }

    [Fact]
    public void What_is_sent_again_stays_the_object_it_is_and_what_differs_takes_its_place()
    {
        var caches = new TerminologyCaches(TerminologyLimits.Default, clock);
        var id = caches.Start([System("a"), System("b")], isSealed: false);
        var before = caches.Use(id, [], []);

        Assert.Same(before, caches.Use(id, [System("b"), System("a")], []));
        var after = caches.Use(id, [System("a", "Other")], [System("c")]);
        Assert.Equal(["a Other", "b A", "c A"], after.Documents.Select(each => $"{each.Root.TextOf("url")} {each.Root.Child("concept")!.Value.TextOf("display")}"));
        Assert.Same(before.Documents[1], after.Documents[1]);
    }

    [Fact]
    public void Room_that_idle_and_released_caches_had_is_there_for_others()
    {
        var large = System("large", new string('x', 700_000));
        var caches = new TerminologyCaches(TerminologyLimits.Default with { MaxCacheMegabytes = 1, MaxCaches = 2 }, clock);
        caches.Start([large], isSealed: true);
        Assert.Equal(IssueType.TooCostly, Assert.Throws<FhirException>(() => caches.Start([large], isSealed: true)).Issues[0].Type);

        clock.Now += TimeSpan.FromHours(1);
        var second = caches.Start([large], isSealed: true);
        Assert.Throws<FhirException>(() => caches.Start([large], isSealed: true));
        caches.End(second);
        for (var turn = 0; turn < 1100; turn++) caches.End(caches.Start([large], isSealed: true));

        Assert.Equal("CACHE_ID_UNKNOWN", caches.Missing(second).Details!.MessageId);
    }

    private static ResourceDocument System(string url, string display = "A") => ResourceDocument.Parse(Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"CodeSystem","url":"{{url}}","status":"active","content":"complete","concept":[{"code":"a","display":"{{display}}"}]}"""));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
