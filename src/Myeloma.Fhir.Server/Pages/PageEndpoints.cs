using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The pages a person sees. Server-rendered, no script; everything they show is also there as FHIR.</summary>
internal static class PageEndpoints
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly byte[] Css = Asset("site.css");
    private static readonly byte[] Icon = Asset("icon.svg");

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", async (HttpContext http, KnowledgeReader reader, CancellationToken cancellationToken) =>
            await WriteAsync(http, StatusCodes.Status200OK, GridPage.Render(
                await reader.RegimensAsync(cancellationToken), await reader.DrugsAsync(cancellationToken), await reader.DocumentsAsync(cancellationToken))));
        routes.MapGet("/regimens/{id}", RegimenAsync);
        routes.MapGet("/regimens/{id}/diff", RegimenDiffAsync);
        routes.MapGet(DependentsPart.Place + "/{type}/{id}", DependentsAsync);
        routes.MapGet("/drugs/{id}", DrugAsync);
        routes.MapGet("/documents/{id}", DocumentAsync);
        routes.MapGet("/source/{type}/{id}", SourceAsync);
        routes.MapGet("/review", ReviewListAsync);
        routes.MapMethods("/review/{id}", ["GET", "POST"], ReviewAsync);
        routes.MapPost("/review/release/{type}/{id}", ReviewReleaseAsync);
        routes.MapGet("/lint", LintAsync);
        routes.MapMethods("/fhirpath", ["GET", "POST"], FhirPathAsync);
        routes.MapMethods("/validate", ["GET", "POST"], ValidateAsync);
        routes.MapGet(TerminologyAddress.Place + "/{type}/{id}", TerminologyAsync);
        routes.MapGet("/conformance", (HttpContext http) => WriteAsync(http, StatusCodes.Status200OK, ConformancePage.Render()));
        routes.MapGet("/api", (HttpContext http, ServerState state) => WriteAsync(http, StatusCodes.Status200OK, ApiPage.Render(state.Services!.SearchParameters.Registry, [.. state.Services.Operations.Definitions])));
        routes.MapGet("/api/{type}", ApiTypeAsync);
        routes.MapGet("/assets/site.css", (HttpContext http) => WriteAssetAsync(http, "text/css; charset=utf-8", Css));
        routes.MapGet("/assets/icon.svg", (HttpContext http) => WriteAssetAsync(http, "image/svg+xml", Icon));
    }

    private static async Task RegimenAsync(HttpContext http, string id, KnowledgeReader reader, ServerState state, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var plan = await reader.FindAsync("PlanDefinition", id, cancellationToken);
        var page = plan is null ? null : await RegimenPage.RenderAsync(
            RegimenView.Of(plan), await CyclesAsync(plan, state, cancellationToken), await reader.DrugsAsync(cancellationToken),
            await SameRegimenPart.RenderAsync(id, AddressOf(http), reader, trial, cancellationToken), await DependentsPart.RenderAsync("PlanDefinition", id, AddressOf(http), trial, cancellationToken),
            new Sources(reader), cancellationToken);
        await WriteOrNotFoundAsync(http, page, "regimen", id);
    }

    private static async Task RegimenDiffAsync(HttpContext http, string id, KnowledgeReader reader, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        string? page = null;
        if (await reader.FindAsync("PlanDefinition", id, cancellationToken) is { } plan)
        {
            var query = new TerminologyQuery(http.Request);
            var versions = await reader.VersionsAsync("PlanDefinition", id, cancellationToken);
            var (from, to) = (query["from"], query["to"]);

            // A plan that was never changed and follows none has nothing to be compared with until something is chosen.
            var answer = await trial.AskAsync("$regimen-diff", "PlanDefinition", id, query.Address, cancellationToken, ("from", from), ("to", to));
            if (from.Length + to.Length == 0 && versions.Count < 2 && answer.Resource is null) answer = null;
            page = await RegimenDiffPage.RenderAsync(new RegimenChoice(RegimenView.Of(plan), versions, await reader.RegimensAsync(cancellationToken), from, to), answer, new Sources(reader), cancellationToken);
        }

        await WriteOrNotFoundAsync(http, page, "regimen", id);
    }

    /// <summary>What a plan says of cycles; nothing for one that is too large to lay out.</summary>
    private static async Task<IReadOnlyList<PlanCycle>> CyclesAsync(ResourceDocument plan, ServerState state, CancellationToken cancellationToken)
    {
        var versions = await state.Services!.Definitions.FollowVersionsAsync(cancellationToken);
        try
        {
            return new PlanCycles(new ApplySources { Definitions = versions }).Of(plan.Root, cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.TooCostly))
        {
            return [];
        }
    }

    private static async Task DrugAsync(HttpContext http, string id, KnowledgeReader reader, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        string? page = null;
        if (await reader.FindAsync("Medication", id, cancellationToken) is { } medication)
        {
            var drug = DrugView.Of(medication);
            var knowledge = await reader.FindAsync("MedicationKnowledge", id, cancellationToken);
            var regimens = drug.Code is null ? [] : await reader.RegimensWithAsync(drug.Code, cancellationToken);
            page = await DrugPage.RenderAsync(drug, knowledge, regimens, await DependentsPart.RenderAsync("Medication", id, AddressOf(http), trial, cancellationToken), new Sources(reader), cancellationToken);
        }

        await WriteOrNotFoundAsync(http, page, "drug", id);
    }

    private static async Task DocumentAsync(HttpContext http, string id, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        string? page = null;
        if (await reader.FindAsync("DocumentReference", id, cancellationToken) is { } reference)
            page = DocumentPage.Render(DocumentView.Of(reference), await reader.TextAsync(reference, cancellationToken), await SpansInAsync(reader, id, cancellationToken));
        await WriteOrNotFoundAsync(http, page, "document", id);
    }

    private static async Task SourceAsync(HttpContext http, string type, string id, KnowledgeReader reader, ServerState state, CancellationToken cancellationToken)
    {
        var resource = R4Schema.Instance.IsResourceType(type) ? await reader.FindAsync(type, id, cancellationToken) : null;
        var page = resource is null ? null : SourcePage.Render(resource, await state.Services!.Sources.FindAsync(resource, null, cancellationToken));
        await WriteOrNotFoundAsync(http, page, type, id);
    }

    private static async Task DependentsAsync(HttpContext http, string type, string id, KnowledgeReader reader, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var resource = R4Schema.Instance.IsResourceType(type) ? await reader.FindAsync(type, id, cancellationToken) : null;
        await WriteOrNotFoundAsync(http, resource is null ? null : await DependentsPart.PageAsync(resource, AddressOf(http), trial, cancellationToken), type, id);
    }

    private static string AddressOf(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host.Value}";

    private static async Task ReviewListAsync(HttpContext http, ReviewTrial trial, KnowledgeReader reader, CancellationToken cancellationToken) =>
        await WriteReviewListAsync(http, ReviewQuery.Of(http.Request), false, [], trial, reader, cancellationToken);

    private static async Task ReviewReleaseAsync(HttpContext http, string type, string id, ReviewTrial trial, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        if (!trial.IsReleasable(type) || await reader.FindAsync(type, id, cancellationToken) is null)
        {
            await WriteOrNotFoundAsync(http, null, "resource to be released", $"{type}/{id}");
            return;
        }

        IReadOnlyList<Issue> faults = [];
        try
        {
            var form = await trial.ReadAsync(http.Request, cancellationToken);
            await trial.ReleaseAsync(type, id, form.Token, AddressOf(http), cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Throttled))
        {
            faults = fault.Issues;
        }

        await WriteReviewListAsync(http, new ReviewQuery("all", "", $"{type}/{id}", 0), faults.Count == 0, faults, trial, reader, cancellationToken);
    }

    private static async Task WriteReviewListAsync(HttpContext http, ReviewQuery query, bool isReleased, IReadOnlyList<Issue> faults, ReviewTrial trial, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        ReviewReleaseView? release = null;
        if (query.Resource.Split('/') is [var type, var id] && trial.IsReleasable(type))
            release = new ReviewReleaseView((await reader.FindAsync(type, id, cancellationToken))?.Root.TextOf("status"), trial.HasReviewers, isReleased, faults);
        await WriteAsync(http, faults.Count == 0 ? StatusCodes.Status200OK : OutcomeStatus.Of(faults), ReviewPage.List(query, await trial.ListAsync(query, cancellationToken), release));
    }

    private static async Task LintAsync(HttpContext http, LintTrial trial, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        var plans = (await reader.SearchAsync("PlanDefinition", [], cancellationToken)).OrderBy(plan => plan.Root.TextOf("title") ?? plan.Id, StringComparer.OrdinalIgnoreCase).ToList();
        var offset = int.TryParse(http.Request.Query["offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        await WriteAsync(http, StatusCodes.Status200OK, LintPage.Render(await trial.OfAsync(plans.Skip(offset).Take(LintPage.PageSize), cancellationToken), offset, plans.Count));
    }

    /// <summary>What is refused is told beside what was filled in, with the status of the refusal: a token that is nobody's is 401, as at the API.</summary>
    private static async Task ReviewAsync(HttpContext http, string id, ReviewTrial trial, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        var (form, faults, isDecided) = ((ReviewForm?)null, (IReadOnlyList<Issue>)[], false);
        if (HttpMethods.IsPost(http.Request.Method) && await trial.FindAsync(id, cancellationToken) is { } before)
        {
            try
            {
                form = await trial.ReadAsync(http.Request, cancellationToken);
                await trial.DecideAsync(before.View, form, $"{http.Request.Scheme}://{http.Request.Host.Value}", cancellationToken);
                (form, isDecided) = (null, true);
            }
            catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Throttled))
            {
                faults = fault.Issues;
            }
        }

        var found = await trial.FindAsync(id, cancellationToken);
        if (found is not { } now)
        {
            await WriteOrNotFoundAsync(http, null, "statement", id);
            return;
        }

        var page = await ReviewPage.OneAsync(now.View, now.Next, isDecided, trial.HasReviewers, form, faults, new Sources(reader), cancellationToken);
        await WriteAsync(http, faults.Count == 0 ? StatusCodes.Status200OK : OutcomeStatus.Of(faults), page);
    }

    private static async Task TerminologyAsync(HttpContext http, string type, string id, KnowledgeReader reader, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        http.Response.Headers.Vary = "Accept";
        var query = new TerminologyQuery(http.Request);
        var page = !TerminologyAddress.IsType(type) || await reader.FindAsync(type, id, cancellationToken) is not { } resource ? null : type switch
        {
            "CodeSystem" => await CodeSystemPage.RenderAsync(resource, query, trial, cancellationToken),
            "ValueSet" => await ValueSetPage.RenderAsync(resource, query, trial, cancellationToken),
            _ => await ConceptMapPage.RenderAsync(resource, query, trial, cancellationToken),
        };
        await WriteOrNotFoundAsync(http, page, type, id);
    }

    /// <summary>Every span of the document that a plan, drug or study of this server cites.</summary>
    private static async Task<IReadOnlyList<TextSpan>> SpansInAsync(KnowledgeReader reader, string documentId, CancellationToken cancellationToken)
    {
        var spans = new HashSet<TextSpan>();
        foreach (var type in CitingTypes)
        {
            foreach (var resource in await reader.SearchAsync(type, [], cancellationToken))
                spans.UnionWith(resource.Root.Spans().Where(span => span.DocumentId == documentId).Select(span => span.Span));
        }

        return [.. spans];
    }

    private static readonly string[] CitingTypes =
        ["PlanDefinition", "MedicationKnowledge", "CodeSystem", "ResearchStudy", "Evidence", "Library", "ConceptMap"];

    /// <summary>Faults of what was filled in are shown beside it; the page is answered 200 then too, since nobody but the person reads the status.</summary>
    private static async Task FhirPathAsync(HttpContext http, ExpressionTrial trial, CancellationToken cancellationToken)
    {
        var form = await trial.ReadAsync(http.Request, cancellationToken);
        ExpressionOutcome? outcome = null;
        IReadOnlyList<Issue> faults = [];
        try
        {
            if (form.Expression.Length > 0) outcome = await trial.EvaluateAsync(form, $"{http.Request.Scheme}://{http.Request.Host.Value}", cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Throttled))
        {
            faults = fault.Issues;
        }

        await WriteAsync(http, StatusCodes.Status200OK, FhirPathPage.Render(form, outcome, faults));
    }

    private static async Task ValidateAsync(HttpContext http, ValidationTrial trial, CancellationToken cancellationToken)
    {
        var form = await trial.ReadAsync(http.Request, cancellationToken);
        IReadOnlyList<Issue>? issues = null;
        IReadOnlyList<Issue> faults = [];
        try
        {
            if (!form.IsEmpty) issues = await trial.ValidateAsync(form, $"{http.Request.Scheme}://{http.Request.Host.Value}", cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Throttled))
        {
            faults = fault.Issues;
        }

        await WriteAsync(http, StatusCodes.Status200OK, ValidatePage.Render(form, issues, faults));
    }

    private static Task ApiTypeAsync(HttpContext http, string type, ServerState state) => WriteOrNotFoundAsync(
        http,
        R4Schema.Instance.IsResourceType(type) ? ApiTypePage.Render(type, state.Services!.SearchParameters.Registry, [.. state.Services.Operations.Definitions]) : null,
        "resource type of FHIR R4",
        type);

    private static Task WriteOrNotFoundAsync(HttpContext http, string? page, string kind, string id) => page is not null
        ? WriteAsync(http, StatusCodes.Status200OK, page)
        : WriteAsync(http, StatusCodes.Status404NotFound, Layout.Page("Not found", $"""<p>There is no {kind} “{id}” here. <a href="/">All regimens and drugs</a></p>"""));

    internal static async Task WriteAsync(HttpContext http, int status, string page)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.CacheControl = "no-cache";
        await http.Response.WriteAsync(page, http.RequestAborted);
    }

    private static async Task WriteAssetAsync(HttpContext http, string contentType, byte[] content)
    {
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = "public, max-age=3600";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentLength = content.Length;
        await http.Response.Body.WriteAsync(content, http.RequestAborted);
    }

    private static byte[] Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Myeloma.Fhir.Server.Pages.{name}")
            ?? throw new InvalidOperationException($"The asset {name} is not embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
