using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Reviewing;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Reads what the review pages show, and decides what is filled in there: as <c>$review-queue</c> and <c>$review-decide</c>, and admitted like them.</summary>
internal sealed class ReviewTrial(FhirServices services, ServerOptions options, Admission admission)
{
    public const int PageSize = 50;

    /// <summary>Whether anybody can decide.</summary>
    public bool HasReviewers => options.Review.Settings.HasReviewers;

    /// <exception cref="FhirException">As <see cref="ReviewForm.ReadAsync"/>.</exception>
    public Task<ReviewForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => ReviewForm.ReadAsync(request, options.MaxBodyBytes, cancellationToken);

    /// <summary>A page of the statements that are asked for.</summary>
    public async Task<ReviewList> ListAsync(ReviewQuery query, CancellationToken cancellationToken)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var all = await services.Statements.FindAsync(query.Resource.Length > 0 ? query.Resource : null, cancellationToken);
            var found = all.Where(one => query.Type.Length == 0 || one.Resource.StartsWith(query.Type + "/", StringComparison.Ordinal)).ToList();
            var wanted = found.Where(one => query.State == "all" || one.State == query.State).ToList();
            var views = await new StatementViews(services.Store).OfAsync(wanted.Skip(query.Offset).Take(PageSize), cancellationToken);
            return new ReviewList(wanted.Count, found.Count(one => one.State == "open"), views, [.. all.Select(one => one.Resource.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)]);
        }
        finally
        {
            admission.Leave();
        }
    }

    /// <returns>The statement, and the next open one of its resource, or of any; null when there is none of that id.</returns>
    public async Task<(StatementView View, string? Next)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var all = await services.Statements.FindAsync(null, cancellationToken);
            var at = all.ToList().FindIndex(one => one.Id == id);
            if (at < 0) return null;
            var view = await new StatementViews(services.Store).DecidableAsync(all.Where(one => one.Id == id), cancellationToken);
            return (view, all.Skip(at + 1).Concat(all.Take(at)).FirstOrDefault(one => one.State == "open")?.Id);
        }
        finally
        {
            admission.Leave();
        }
    }

    /// <param name="address">Scheme and host of the request.</param>
    /// <exception cref="FhirException">As <c>$review-decide</c>.</exception>
    public async Task DecideAsync(StatementView view, ReviewForm form, string address, CancellationToken cancellationToken)
    {
        var context = new InteractionContext(options.BaseUrl ?? address + options.BasePath) { Reviewer = options.Review.FindToken(form.Token) };
        var reviewer = options.Review.Settings.Get(context);
        if (form.Verdict is not ("approved" or "corrected" or "rejected")) throw new FhirException(Issue.Invalid("Approve, correct or reject: one of the three buttons says which."));
        var corrections = form.Verdict == "corrected" ? Corrections(view, form) : [];
        await admission.EnterAsync(cancellationToken);
        try
        {
            await services.Reviews.DecideAsync([view.Statement.Id], form.Verdict, form.Note.Length > 0 ? form.Note : null, corrections, reviewer, context, cancellationToken);
        }
        finally
        {
            admission.Leave();
        }
    }

    /// <summary>Whether resources of a type are made active by a review.</summary>
    public bool IsReleasable(string type) => Release.ResourceTypes?.Contains(type) == true;

    /// <param name="address">Scheme and host of the request.</param>
    /// <exception cref="FhirException">As <c>$review-release</c>.</exception>
    public async Task ReleaseAsync(string type, string id, string token, string address, CancellationToken cancellationToken)
    {
        var context = new InteractionContext(options.BaseUrl ?? address + options.BasePath) { Reviewer = options.Review.FindToken(token) };
        var target = new RequestTarget(TargetKind.InstanceOperation, type, id, Operation: Release.Name);
        await admission.EnterAsync(cancellationToken);
        try
        {
            await services.Operations.Get(target).HandleAsync(new OperationRequest(Release, target, [], null, context), cancellationToken);
        }
        finally
        {
            admission.Leave();
        }
    }

    private OperationDefinition Release => services.Operations.Definitions.First(definition => definition.Name == "$review-release");

    /// <summary>The fields that differ from what was read.</summary>
    private static List<(StatementCorrection, string?)> Corrections(StatementView view, ReviewForm form)
    {
        var read = Read(view);
        var corrections = new List<(StatementCorrection, string?)>();
        foreach (var (path, value) in StatementElement.Leaves(read))
        {
            if (!form.Values.TryGetValue(path, out var given) || given == value.ToString()) continue;
            corrections.Add((Correction(path, value.GetValueKind(), given), null));
        }

        return corrections.Count > 0 ? corrections : throw new FhirException(Issue.Required("Nothing differs from what was read; change what is wrong, or approve it."));
    }

    /// <summary>What was read, before any correction.</summary>
    public static JsonNode? Read(StatementView view) =>
        (view.Statement.Decision?.Value ?? view.Value) is { Length: > 0 } text ? JsonNode.Parse(text) : null;

    private static StatementCorrection Correction(string path, JsonValueKind kind, string given) => kind switch
    {
        JsonValueKind.Number when decimal.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => new(path, "valueDecimal", JsonValue.Create(number)),
        JsonValueKind.True or JsonValueKind.False when bool.TryParse(given, out var flag) => new(path, "valueBoolean", JsonValue.Create(flag)),
        _ => new(path, "valueString", JsonValue.Create(given)),
    };
}

/// <summary>What the list is asked for.</summary>
/// <param name="State"><c>open</c>, <c>approved</c>, <c>corrected</c>, <c>rejected</c> or <c>all</c>.</param>
internal sealed record ReviewQuery(string State, string Type, string Resource, int Offset)
{
    public static readonly string[] States = ["open", "approved", "corrected", "rejected", "all"];

    /// <summary>Reads the query of a GET; what makes no sense is left out.</summary>
    public static ReviewQuery Of(HttpRequest request)
    {
        string Text(string name) => request.Query[name].FirstOrDefault() ?? "";
        return new ReviewQuery(
            States.Contains(Text("state")) ? Text("state") : "open", Text("type"), Text("resource"),
            int.TryParse(Text("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0);
    }

    /// <summary>The address of another page of the same list.</summary>
    public string At(int offset) => FormattableString.Invariant(
        $"/review?state={State}&type={Uri.EscapeDataString(Type)}&resource={Uri.EscapeDataString(Resource)}&offset={offset}");
}

/// <param name="Open">How many of the type and resource are open.</param>
/// <param name="Types">That there are statements of.</param>
internal sealed record ReviewList(int Total, int Open, IReadOnlyList<StatementView> Views, IReadOnlyList<string> Types);
