using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>For those who run the server: <c>/health/live</c> (the process answers) and <c>/health/ready</c> (requests are worked on).</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app, ServerState state)
    {
        app.MapGet("/health/live", context => AnswerAsync(context, 200, "live"));
        app.MapGet("/health/ready", context => state.Services is null
            ? AnswerAsync(context, 503, state.Step)
            : AnswerAsync(context, 200, "ready"));
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (status == 503) context.Response.Headers.RetryAfter = "2";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
