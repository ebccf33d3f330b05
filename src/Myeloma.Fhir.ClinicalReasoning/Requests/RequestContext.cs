using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Results;

namespace Myeloma.Fhir.ClinicalReasoning.Requests;

/// <summary>Who and when: the subject, encounter, author and time of the request, under the names that each type has for them.</summary>
internal static class RequestContext
{
    private static readonly string[] Subjects = ["subject", "for", "patient", "candidate", "actor", "deliverTo"];
    private static readonly string[] Authors = ["requester", "orderer", "prescriber", "author", "provider"];
    private static readonly string[] Times = ["authoredOn", "dateTime", "created", "issued", "date"];

    /// <summary>Sets those that the type has.</summary>
    public static void Put(ApplyRun run, ResourceDraft draft)
    {
        draft.SetFirst(Subjects, Reference(run.Request.Subject));
        if (run.Request.Encounter is { } encounter) draft.Set("encounter", Reference(encounter));
        if ((run.Request.Practitioner ?? run.Request.Organization) is { } author) draft.SetFirst(Authors, Reference(author));
        if (draft.Type.Name != "DiagnosticReport") draft.SetFirst(Times, run.Now);
    }

    public static JsonObject Reference(string reference) => new() { ["reference"] = reference };
}
