using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Subscriptions;

/// <summary>A request that an endpoint got.</summary>
public sealed record HookRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>An endpoint for notifications, on a free port of this machine: keeps what it gets, and answers as a test says.</summary>
public sealed class HookListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<HookRequest> requests = new();

    private HookListener(WebApplication app)
    {
        this.app = app;
        app.Run(AnswerAsync);
    }

    public string Url => app.Urls.Single();

    /// <summary>What is answered; 200 unless a test says otherwise.</summary>
    public Func<HookRequest, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<HookListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var listener = new HookListener(builder.Build());
        await listener.app.StartAsync();
        return listener;
    }

    /// <summary>What came in below a path, in its order.</summary>
    public IReadOnlyList<HookRequest> At(string path) => [.. requests.Where(request => request.Path.StartsWith(path, StringComparison.Ordinal))];

    /// <summary>Waits until so many requests came in below a path.</summary>
    /// <returns>All of them.</returns>
    public async Task<IReadOnlyList<HookRequest>> WaitAsync(string path, int count)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(At(path).Count >= count), () => $"{At(path).Count} of {count} requests came to {path}.");
        return At(path);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new HookRequest(
            context.Request.Method, context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
        requests.Enqueue(request);
        await Answer(request, context);
    }
}
