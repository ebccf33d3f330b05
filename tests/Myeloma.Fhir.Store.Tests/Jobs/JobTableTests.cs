using Myeloma.Fhir.Store.Jobs;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Jobs;

[Trait("Category", "Postgres")]
public sealed class JobTableTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly JobTable jobs = new(fixture.DataSource);

    private const string Runner = "first";

    private static JobResult Result(string text) => new(200, "text/plain", System.Text.Encoding.UTF8.GetBytes(text));

    private Task<ClaimedJob?> ClaimAsync(string runner, string kind) => jobs.ClaimAsync(runner, [kind], default);

    private Task<object?> SilenceAsync(string kind) => fixture.ScalarAsync($"UPDATE job SET alive = alive - interval '1 minute' WHERE kind = '{kind}'");

    [Fact]
    public async Task A_job_is_one_runners_at_a_time_and_another_ones_after_a_silence()
    {
        await jobs.AddAsync(new NewJob("read", "a", "a"u8.ToArray(), Repeats: true), 10, default);
        await jobs.AddAsync(new NewJob("write", "a", "b"u8.ToArray(), Repeats: false), 10, default);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(at => ClaimAsync($"first-{at}", "a")));
        Assert.Equal(["read", "write"], claims.OfType<ClaimedJob>().Select(job => job.Id).Order());
        Assert.All(claims.OfType<ClaimedJob>(), job => Assert.False(job.IsInterrupted));
        Assert.Null(await ClaimAsync("second", "a"));
        var runner = $"first-{Array.FindIndex(claims, job => job?.Id == "read")}";
        Assert.Equal(["read"], await jobs.BeatAsync(runner, default));

        await SilenceAsync("a");
        var again = new[] { await ClaimAsync("second", "a"), await ClaimAsync("second", "a") };

        Assert.Equal([("read", false), ("write", true)], again.Select(job => (job!.Id, job.IsInterrupted)).Order());
        Assert.Empty(await jobs.BeatAsync(runner, default));
        Assert.False(await jobs.FinishAsync("read", runner, JobState.Done, Result("late"), default));
        Assert.True(await jobs.FinishAsync("read", "second", JobState.Done, Result("done"), default));
        var done = await jobs.FindAsync("read", default);
        Assert.Equal((JobState.Done, 200, "text/plain", "done"), (done!.State, done.Result!.Status, done.Result.MediaType, System.Text.Encoding.UTF8.GetString(done.Result.Body.Span)));
    }

    [Fact]
    public async Task What_was_saved_is_there_for_the_next_runner_and_refused_from_one_who_lost_the_job()
    {
        await jobs.AddAsync(new NewJob("long", "b", "r"u8.ToArray()), 10, default);
        Assert.Null((await ClaimAsync(Runner, "b"))!.Checkpoint);

        Assert.True(await jobs.SaveAsync("long", Runner, "at 7"u8.ToArray(), new JobProgress(7, 20, "Patient"), default));
        Assert.True(await jobs.SaveAsync("long", Runner, null, new JobProgress(9, 20, "Patient"), default));
        Assert.Equal(new JobProgress(9, 20, "Patient"), (await jobs.FindAsync("long", default))!.Progress);
        Assert.Equal(45, (await jobs.FindAsync("long", default))!.Progress.Percent);
        Assert.True(await jobs.ReleaseAsync("long", Runner, countsAsTry: false, default));
        var next = await ClaimAsync("second", "b");

        Assert.Equal("at 7", System.Text.Encoding.UTF8.GetString(next!.Checkpoint!.Value.Span));
        Assert.Equal((new JobProgress(9, 20, "Patient"), 1, false), (next.Progress, next.Tries, next.IsInterrupted));
        Assert.False(await jobs.SaveAsync("long", Runner, "at 8"u8.ToArray(), new JobProgress(8, 20), default));
        await SilenceAsync("b");
        Assert.Equal(2, (await ClaimAsync("third", "b"))!.Tries);
    }

    [Fact]
    public async Task Of_jobs_that_run_alone_one_is_worked_on_by_all_servers_together()
    {
        for (var at = 0; at < 4; at++) await jobs.AddAsync(new NewJob($"alone-{at}", "c", default, RunsAlone: true), 10, default);

        var claims = (await Task.WhenAll(Enumerable.Range(0, 8).Select(at => ClaimAsync($"server-{at}", "c")))).OfType<ClaimedJob>().ToList();
        Assert.Equal("alone-0", Assert.Single(claims).Id);
        await SilenceAsync("c");
        Assert.Equal("alone-0", (await ClaimAsync("second", "c"))!.Id);
        Assert.True(await jobs.FinishAsync("alone-0", "second", JobState.Failed, Result("no"), default));
        Assert.Equal("alone-1", (await ClaimAsync("second", "c"))!.Id);
    }

    [Fact]
    public async Task What_is_cancelled_is_forgotten_when_its_runner_has_let_go_and_what_ended_after_a_time()
    {
        foreach (var id in (string[])["waits", "runs", "ends"]) await jobs.AddAsync(new NewJob(id, id == "waits" ? "e" : "d", default), 2, default);
        Assert.False(await jobs.AddAsync(new NewJob("one-too-many", "d", default), 2, default));
        Assert.Equal(["runs", "ends"], [(await ClaimAsync(Runner, "d"))!.Id, (await ClaimAsync(Runner, "d"))!.Id]);
        await jobs.FinishAsync("ends", Runner, JobState.Done, Result("done"), default);
        Assert.Equal(["runs"], (await jobs.OpenAsync("d", default)).Select(one => one.Job.Id));

        Assert.True(await jobs.CancelAsync("runs", default));
        Assert.True(await jobs.CancelAsync("waits", default));
        Assert.False(await jobs.CancelAsync("runs", default));
        Assert.Empty(await jobs.BeatAsync(Runner, default));
        Assert.Equal(JobState.Cancelled, (await jobs.FindAsync("runs", default))!.State);
        Assert.Null(await ClaimAsync("second", "d"));
        Assert.Equal(["waits"], (await jobs.FindForgettableAsync(["d", "e"], TimeSpan.FromHours(1), default)).Select(one => one.Id));
        Assert.True(await jobs.ReleaseAsync("runs", Runner, countsAsTry: false, default));

        Assert.Equal(["runs", "waits"], (await jobs.FindForgettableAsync(["d", "e"], TimeSpan.FromHours(1), default)).Select(one => one.Id).Order());
        Assert.Equal(["ends", "runs"], (await jobs.FindForgettableAsync(["d"], TimeSpan.Zero, default)).Select(one => one.Id).Order());
        Assert.True(await jobs.RemoveAsync("ends", default));
        Assert.Null(await jobs.FindAsync("ends", default));
    }
}
