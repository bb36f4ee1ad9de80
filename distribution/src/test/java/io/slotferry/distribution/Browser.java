package io.slotferry.distribution;

import io.slotferry.servers.WantedServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.PageLoadStrategy;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.opentest4j.TestAbortedException;

/**
 * Chromium at work in Temporal's Web UI, as a person would be: what does not come it waits for, and where that is in vain it
 * loads the page again.
 */
final class Browser implements AutoCloseable {
    /** Far more than a page takes on a machine that has much else to do. */
    private static final Duration PAGE = Duration.ofMinutes(2);

    /** Far more than a run takes from one of its steps to the next. */
    private static final Duration RUN = Duration.ofMinutes(10);

    private static final int TRIES = 3;

    /** Counts the calls that a page waits for: what the form is filled with later than by its link takes back what was typed. */
    private static final String COUNT_CALLS = """
            {
              const call = window.fetch;
              window.callsUnderWay = 0;
              window.fetch = (...given) => {
                window.callsUnderWay++;
                return call(...given).finally(() => window.callsUnderWay--);
              };
            }
            """;

    private final ChromeDriver driver;
    private final String ui;
    private final Optional<Path> screenshots;
    private String page = "";

    private Browser(ChromeDriver driver, String ui, Optional<Path> screenshots) {
        this.driver = driver;
        this.ui = ui;
        this.screenshots = screenshots;
    }

    /**
     * Opens it without a window.
     *
     * @param screenshots where pictures go; empty for none
     */
    static Browser open(String ui, Optional<Path> screenshots) {
        Path chromium = program("chromium", "chromium-browser", "google-chrome");
        Path chromedriver = program("chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        // Pages that poll are never loaded to the end; whatever is looked for is waited for.
        options.setPageLoadStrategy(PageLoadStrategy.EAGER);
        options.setPageLoadTimeout(PAGE);
        // Root, as in containers of CI, has no sandbox; small machines have a small /dev/shm.
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--window-size=1280,1100");
        ChromeDriver driver = again(() -> new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.toFile())
                        .usingAnyFreePort()
                        .withTimeout(PAGE)
                        .build(),
                options));
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", COUNT_CALLS));
        return new Browser(driver, ui, screenshots);
    }

    private static Path program(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> WantedServer.missing(
                        "There is no " + names[0] + " on the PATH: apt-get install chromium chromium-driver.",
                        TestAbortedException::new));
    }

    /** Opens the start form by its link, and types the input, which the Web UI puts into lines of its own. */
    void form(String path, String input) {
        again(() -> {
            driver.get(ui + path);
            await(() -> shown("#workflowType").getDomProperty("value"), "ExpandCluster"::equals);
            awaitQuiet();
            type(shown("form .cm-content, .cm-content"), input);
            shown("#workflowType").click();
            return await(() -> shown(".cm-content").getText(), text -> same(text, input));
        });
    }

    /** Twice in a row no call is under way: what the page asked for is in its place. */
    private void awaitQuiet() {
        int[] quiet = {0};
        await(
                () -> {
                    Object calls = driver.executeScript("return window.callsUnderWay");
                    quiet[0] = Long.valueOf(0).equals(calls) ? quiet[0] + 1 : 0;
                    return quiet[0];
                },
                looks -> looks > 2);
    }

    /**
     * Starts what the form holds, and opens the run from the list, where it comes a little later.
     *
     * @param started tells that the run is there: leaving the form while it sends would take the request back
     */
    void start(String workflowId, BooleanSupplier started) {
        By button = By.cssSelector("[data-testid=start-workflow-button]");
        await(
                () -> {
                    if (!started.getAsBoolean()) {
                        click(driver.findElement(button));
                    }
                    return started.getAsBoolean();
                },
                is -> is);
        By link = By.cssSelector("a[href*='/workflows/" + workflowId + "/']");
        page = again(() -> {
            driver.get(ui + "/namespaces/default/workflows");
            String href = await(() -> driver.findElement(link).getDomProperty("href"), found -> found != null);
            return href.replaceAll("(/workflows/[^/]+/[^/?]+).*", "$1");
        });
    }

    /**
     * The run's current details, as the Web UI draws them, once they show this.
     *
     * @param there tells that the run has come so far: until then no page is loaded, and none looks for news by itself
     */
    String awaitDetails(BooleanSupplier there, Predicate<String> expected) {
        driver.get("about:blank");
        await(there::getAsBoolean, is -> is, RUN);
        return await(this::details, expected, RUN);
    }

    private String details() {
        driver.get(page + "/user-metadata");
        By frame = By.cssSelector("iframe[title=output]");
        return await(
                () -> {
                    driver.switchTo().defaultContent();
                    driver.switchTo().frame(driver.findElement(frame));
                    try {
                        return driver.findElement(By.tagName("body")).getText();
                    } finally {
                        driver.switchTo().defaultContent();
                    }
                },
                text -> text.contains(" in phase "));
    }

    /** The page of the history: input, result, and what was done; once it shows this. */
    String awaitHistory(Predicate<String> expected) {
        return again(() -> {
            driver.get(page + "/history");
            return await(() -> driver.findElement(By.tagName("main")).getText(), expected);
        });
    }

    /**
     * Sends an update by the dialog.
     *
     * @param answered tells that it was carried out: leaving the page before would take the request back. Pressed twice, the
     *     dialog sends the same one
     */
    void update(String name, String argument, BooleanSupplier answered) {
        again(() -> {
            if (answered.getAsBoolean()) {
                return true;
            }
            driver.get(page + "/history");
            fill(name, argument);
            By send = By.cssSelector("dialog[open] [data-testid=confirm-modal-button]");
            return await(
                    () -> {
                        if (!answered.getAsBoolean()) {
                            displayed(driver.findElements(send))
                                    .filter(WebElement::isEnabled)
                                    .ifPresent(WebElement::click);
                        }
                        return answered.getAsBoolean();
                    },
                    is -> is);
        });
    }

    private void fill(String name, String argument) {
        WebElement dialog = await(this::updateDialog, Optional::isPresent).orElseThrow();
        List<WebElement> options = await(() -> unfolded(dialog), all -> !all.isEmpty());
        options.stream()
                .filter(option -> name.equals(option.findElement(By.tagName("span"))
                        .getDomProperty("textContent")
                        .strip()))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("the Web UI offers no update " + name))
                .click();
        By editor = By.cssSelector(".cm-content");
        type(dialog.findElement(editor), argument);
        // The editor is drawn anew where the focus leaves it, and the button moves: a click may miss it.
        dialog.findElement(By.cssSelector("[data-testid=update-id]")).click();
        await(() -> dialog.findElement(editor).getText(), text -> same(text, argument));
    }

    /** The dialog, or a step towards it: a menu that was opened too early is closed again when the page is drawn anew. */
    private Optional<WebElement> updateDialog() {
        Optional<WebElement> dialog = displayed(driver.findElements(By.cssSelector("dialog[open]")));
        if (dialog.isEmpty()) {
            // The page has buttons of that name for narrow windows too.
            displayed(driver.findElements(By.cssSelector("[data-testid=update-button]")))
                    .or(() -> displayed(driver.findElements(By.xpath("//button[contains(., 'More Actions')]"))))
                    .ifPresent(WebElement::click);
        }
        return dialog;
    }

    /** The names of updates, or a step towards them. */
    private static List<WebElement> unfolded(WebElement dialog) {
        List<WebElement> options = dialog.findElements(By.cssSelector("li[role=option]"));
        if (displayed(options).isPresent()) {
            return options;
        }
        dialog.findElement(By.cssSelector("[data-testid=update-select-button]")).click();
        return List.of();
    }

    private static Optional<WebElement> displayed(List<WebElement> elements) {
        return elements.stream().filter(WebElement::isDisplayed).findFirst();
    }

    /** A picture of what is shown, where pictures are wanted. */
    void picture(String name) {
        screenshots.ifPresent(folder -> {
            try {
                Files.createDirectories(folder);
                Files.write(folder.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private WebElement shown(String css) {
        return await(() -> driver.findElement(By.cssSelector(css)), WebElement::isDisplayed);
    }

    private void click(WebElement element) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
        element.click();
    }

    /** As one keystroke would: the editor closes no bracket by itself. */
    private void type(WebElement editor, String text) {
        click(editor);
        driver.executeCdpCommand("Input.insertText", Map.of("text", text));
    }

    private static boolean same(String shown, String typed) {
        return shown.replaceAll("\\s", "").equals(typed.replaceAll("\\s", ""));
    }

    /** Does it from its beginning where it did not come to its end. */
    private static <T> T again(Supplier<T> steps) {
        for (int i = 1; ; i++) {
            try {
                return steps.get();
            } catch (WebDriverException | ConditionTimeoutException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static <T> T await(Callable<T> look, Predicate<T> expected) {
        return await(look, expected, PAGE);
    }

    private static <T> T await(Callable<T> look, Predicate<T> expected, Duration longest) {
        return Awaitility.await()
                .pollInSameThread()
                .atMost(longest)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(look, expected);
    }

    @Override
    public void close() {
        driver.quit();
    }
}
