using System.Text;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>Cards about the requirements that plans state, with the sentences behind them. That one is met is no recommendation, and the cards do not make it one.</summary>
internal sealed class RequirementCards(PlanRequirements requirements, SourceSpans sources, string site)
{
    /// <summary>At a patient's chart: of each plan with requirements whether they are met, or not known to be; those that are not met are left out.</summary>
    public async Task<IReadOnlyList<HookCard>> OfPatientAsync(IEnumerable<Element> plans, HookCall call, CancellationToken cancellationToken)
    {
        var cards = new List<HookCard>();
        foreach (var plan in plans)
            foreach (var requirement in requirements.Of(plan, call.Request, cancellationToken))
                if (requirement.IsMet != false) cards.Add(await CardAsync(plan, requirement, cancellationToken));
        return cards;
    }

    /// <summary>When drugs are selected: which plans they are members of, and how the requirements of these stand.</summary>
    public async Task<IReadOnlyList<HookCard>> OfOrdersAsync(IEnumerable<Element> plans, HookCall call, CancellationToken cancellationToken)
    {
        var cards = new List<HookCard>();
        var known = plans.ToList();
        foreach (var order in call.Orders)
        {
            var codes = CodesOf(order, call.Request.Data);
            var with = known.Where(plan => HasMember(plan, codes)).ToList();
            if (with.Count == 0) continue;
            cards.Add(Members(order, codes, with));
            foreach (var plan in with)
                foreach (var requirement in requirements.Of(plan, call.Request, cancellationToken))
                    cards.Add(await CardAsync(plan, requirement, cancellationToken));
        }

        return cards;
    }

    private HookCard Members(Element order, IReadOnlyList<Element> codes, List<Element> plans)
    {
        var name = codes.Select(code => code.TextOf("display")).FirstOrDefault(display => display is not null) ?? order.Child("medication")?.TextOf("text") ?? "The drug";
        return new HookCard
        {
            Summary = FormattableString.Invariant($"{name} is a member of {plans.Count} combination{(plans.Count == 1 ? "" : "s")} of the documents here"),
            Detail = string.Join('\n', plans.Select(plan => $"- {TitleOf(plan)}{(plan.TextOf("subtitle") is { } subtitle ? $": {subtitle}" : "")}")),
            Source = SourceOf(plans[0]),
            Links = [.. plans.Select(plan => (TitleOf(plan), $"{site}/regimens/{plan.TextOf("id")}"))],
        };
    }

    private async Task<HookCard> CardAsync(Element plan, PlanRequirement requirement, CancellationToken cancellationToken)
    {
        var quotes = await sources.OfAsync(Conditions(requirement.Action), cancellationToken);
        var detail = new StringBuilder();
        foreach (var condition in Conditions(requirement.Action))
            if (condition.Child("expression")?.TextOf("description") is { } description) detail.Append(description).Append("\n\n");
        foreach (var issue in requirement.Unknown) detail.Append(issue.Diagnostics).Append("\n\n");
        foreach (var quote in quotes)
            if (quote.Words is { } words) detail.Append("> ").Append(words.ReplaceLineEndings(" ")).Append("\n\n");
        return new HookCard
        {
            Summary = requirement.IsMet switch
            {
                true => $"{TitleOf(plan)}: the stated requirement is met",
                false => $"{TitleOf(plan)}: the stated requirement is not met",
                null => $"{TitleOf(plan)}: it is not known whether the stated requirement is met",
            },
            Detail = detail.ToString().TrimEnd(),
            Indicator = requirement.IsMet == false ? "warning" : "info",
            Source = SourceOf(plan),
            SourceUrl = $"{site}/regimens/{plan.TextOf("id")}",
            Links = [.. quotes.Select((quote, index) => (FormattableString.Invariant($"The sentence behind it{(quotes.Count == 1 ? "" : $" ({index + 1})")}"), quote.Url))],
        };
    }

    private static List<Element> Conditions(Element action)
    {
        var conditions = new List<Element>();
        foreach (var condition in action.Children("condition"))
            if (condition.TextOf("kind") == "applicability") conditions.Add(condition);
        return conditions;
    }

    private static string TitleOf(Element plan) => plan.TextOf("title") ?? plan.TextOf("name") ?? plan.TextOf("url")!;

    /// <summary>The document that the plan names as the source of its requirement, else who publishes it.</summary>
    private static string SourceOf(Element plan)
    {
        foreach (var action in plan.Children("action"))
            if (action.Child("documentation")?.TextOf("display") is { } display) return display;
        return plan.TextOf("publisher") ?? TitleOf(plan);
    }

    /// <summary>The codes of what is ordered, also where the order points at a Medication that came along or is contained.</summary>
    private static List<Element> CodesOf(Element order, IReadOnlyList<Element> data)
    {
        if (order.Child("medication") is not { } medication) return [];
        if (medication.Type.Name != "Reference") return medication.Children("coding").ToList();
        var reference = medication.TextOf("reference") ?? "";
        foreach (var contained in order.Children("contained"))
            if (reference == "#" + contained.TextOf("id")) return contained.Child("code")?.Children("coding").ToList() ?? [];
        return data.Where(resource => $"{resource.Type.Name}/{resource.TextOf("id")}" == reference).Select(resource => resource.Child("code")?.Children("coding").ToList()).FirstOrDefault() ?? [];
    }

    private static bool HasMember(Element parent, IReadOnlyList<Element> codes)
    {
        foreach (var action in parent.Children("action"))
        {
            foreach (var concept in action.Children("code"))
                foreach (var coding in concept.Children("coding"))
                    if (codes.Any(code => code.TextOf("code") == coding.TextOf("code") && code.TextOf("system") == coding.TextOf("system"))) return true;
            if (HasMember(action, codes)) return true;
        }

        return false;
    }
}
